// Asks All-CoAP-Nodes for .well-known/core and prints `address content` of every answer, for tests in a network namespace.
import { coapMulticast } from '../../src/bindings/coap/client/coap-multicast.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { hurriedClock } from './hurried-clock.ts';

const [, , group = '224.0.1.187', port = '5683', most = '1'] = process.argv;
// Ours hurry; others take the leisure that the RFC gives them.
const clock = port === '5683' ? hurriedClock : systemClock;
let left = Number(most);
for await (const { address, content } of coapMulticast({
  group,
  port: Number(port),
  path: '/.well-known/core',
  clock,
})) {
  process.stdout.write(`${address} ${Buffer.from(content.body).toString()}\n`);
  if (--left === 0) break;
}
