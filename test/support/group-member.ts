// A servient on port 5683 of all addresses, for tests in a network namespace: its Thing, and the bind address.
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { hurriedClock } from './hurried-clock.ts';

const [, , name = 'thing', host = '0.0.0.0'] = process.argv;
const servient = createServient({ bindings: [coap({ host })], insecure: true, clock: hurriedClock });
await servient.start();
await servient.expose({ td: { title: name }, options: { name }, handlers: () => ({}) });
process.stdin.resume().once('end', () => process.exit()); // whoever started it is gone
process.stdout.write('ready\n');
