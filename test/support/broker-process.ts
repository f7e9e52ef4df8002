import { writeSync } from 'node:fs';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';

/** Started as a process: a servient with an embedded broker on a port and its state in a file; prints a line when it is up. */
const servient = createServient({
  bindings: [mqtt({ broker: 'embedded', port: Number(process.argv[3]) })],
  storage: sqliteStorage(process.argv[2] ?? ''),
});
await servient.start();
writeSync(1, 'up\n');
