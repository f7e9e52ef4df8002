// Observes the CoAP address it is given and prints what it is told, and reads it for every line of its input, for tests in a network namespace.
import { createInterface } from 'node:readline';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { hurriedClock } from './hurried-clock.ts';

const client = coapClient({ clock: hurriedClock });
const form = { href: String(process.argv[2]), contentType: 'text/plain' };
const say = (what: string): void => void process.stdout.write(`${what}\n`);

await client.subscribe(
  { op: 'observeproperty', form, timeout: 30_000 },
  {
    next: () => say('told'),
    interrupted: () => say('interrupted'),
    failed: (error) => say(`failed ${error}`),
    ended: () => say('ended'),
  },
);
for await (const _ of createInterface({ input: process.stdin })) {
  const answer = client.request({ op: 'readproperty', form, timeout: 30_000 });
  await answer.then(
    () => say('read'),
    (error) => say(`not read ${error}`),
  );
}
await client.stop();
