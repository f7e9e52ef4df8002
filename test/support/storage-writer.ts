import { writeSync } from 'node:fs';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';

/** Started as a process: writes rising numbers to eight properties for ever, and prints each one that was acknowledged. */
const storage = sqliteStorage(process.argv[2] ?? '');
await storage.start();
for (let value = Number(process.argv[3]); ; value++) {
  await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(async (property) => {
      await storage.properties.save('thing', property, value);
      writeSync(1, `${property} ${value}\n`);
    }),
  );
}
