import { expect, test } from 'vitest';
import type { Carrier, CarrierEvents } from '../../src/bindings/coap/endpoint/carrier.ts';
import { CoapEndpoint } from '../../src/bindings/coap/endpoint/coap-endpoint.ts';
import { peerAt } from '../../src/bindings/coap/endpoint/udp-carrier.ts';
import { emptyBytes, encodeMessage, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { fakeClock } from '../support/fake-clock.ts';

const peer = peerAt({ address: '192.0.2.1', port: 5683 });
const content = { code: '2.05', token: Buffer.from('t'), options: [], payload: emptyBytes };

/** An endpoint whose datagrams stay here. */
async function endpoint() {
  const clock = fakeClock();
  const sent: Buffer[] = [];
  let events: CarrierEvents | undefined;
  const carrier: Carrier = {
    port: 0,
    open: async (given) => {
      events = given;
    },
    send: (_peer, bytes) => void sent.push(bytes),
    keepAlive: () => undefined,
    close: async () => undefined,
  };
  const made = new CoapEndpoint(carrier, { response: () => false }, { clock, logger: silentLogger });
  await made.open();
  const reset = (bytes: Buffer): void =>
    events?.datagram(
      encodeMessage({ ...content, ...parseMessage(bytes), type: 'RST', code: '0.00', token: emptyBytes }),
      peer,
    );
  return { made, clock, sent, reset };
}

test.each([
  [246_000, 1],
  [248_000, 0],
])('a reset of what was sent unconfirmed %i ms ago counts %i times', async (age, times) => {
  const { made, clock, sent, reset } = await endpoint();
  let rejected = 0;
  made.send(peer, content, () => rejected++);
  clock.advance(age);
  reset(sent[0] as Buffer);
  expect(rejected).toBe(times);
});

test('what is to be confirmed after the end is given up at once, and sent to nobody', async () => {
  const { made, sent } = await endpoint();
  await made.close();
  const outcomes: string[] = [];
  made.confirm(peer, content, (outcome) => outcomes.push(outcome));
  expect([outcomes, sent]).toEqual([['closed'], []]);
});
