import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { block1, coapThing, json, request } from '../support/coap-thing.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { askLibcoap, libcoap } from '../support/libcoap.ts';
import { jsonAnswer, readOf, scriptedCoap, testClient } from '../support/scripted-coap.ts';

// What another CoAP stack for Node gets wrong, and this one must not. Unknown critical options, uploads by libcoap, observing
// large values, slow large values and silence towards groups have their tests in coap-server, coap-libcoap, coap-blocks and
// coap-multicast.

const length = 100_000;

async function box() {
  const device = { reads: 0 };
  const variable = { type: 'string' } as const;
  const hosted = await coapThing(
    {
      properties: {
        text: { type: 'string', readOnly: true, uriVariables: { v: variable } },
        level: { type: 'number' },
      },
    },
    {
      properties: {
        level: { initial: 1 },
        text: { read: ({ uriVariables }) => `${++device.reads} ${uriVariables['v']} `.padEnd(length, 'x') },
      },
    },
  );
  onTestFinished(() => hosted.stop());
  return { ...hosted, device };
}

test.skipIf(libcoap.missing)(
  `a client with a token per block gets 100 KB of one read${libcoap.note}`,
  async () => {
    const { port, device } = await box();
    const text = await askLibcoap('-b', '256', `coap://127.0.0.1:${port}/things/box/properties/text`);
    expect([JSON.parse(text).length, device.reads]).toEqual([length, 1]);
  },
);

test('700 large answers that nobody fetches do not stay in memory', async () => {
  const { peer, device } = await box();
  const askers = await Promise.all(
    ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'].map(peer),
  );
  await askers[0]?.ask(request('GET', 'properties/level'));
  collectGarbage();
  const before = process.memoryUsage();
  for (let count = 0; count < 140; count++)
    await Promise.all(askers.map((each) => each.ask(request('GET', `properties/text?v=${count}`))));
  expect(device.reads).toBe(700);
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  // Of 70 MB at most 32 MiB wait to be fetched.
  expect((heapUsed + external - before.heapUsed - before.external) / 2 ** 20).toBeLessThan(36);
});

test('a Block1 datagram with the highest number takes no memory', async () => {
  const { peer } = await box();
  const asker = await peer();
  const bomb = request('PUT', 'properties/level', { options: [block1(0xfffff, 1024, true)], payload: 'x' });
  const before = process.memoryUsage().external;
  for (let count = 0; count < 50; count++) expect((await asker.ask(bomb)).code).toBe('4.08');
  expect(process.memoryUsage().external - before).toBeLessThan(2 ** 20);
});

test('a malformed datagram is answered to who sent it, not to its port on this host', async () => {
  const { peer, port } = await box();
  const sender = await peer('127.0.0.2');
  const [victim, other] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of [victim, other]) onTestFinished(() => void socket.close());
  other.bind(0, '127.0.0.3');
  await once(other, 'listening');
  victim.bind(other.address().port, '127.0.0.1');
  await once(victim, 'listening');
  const heard: string[] = [];
  victim.on('message', () => heard.push('victim'));
  other.on('message', () => heard.push('sender'));
  other.send(Buffer.from([0x40, 0x01, 0x12, 0x34, 0xff]), port, '127.0.0.1');
  await once(other, 'message');
  await sender.ask(request('GET', 'properties/level'));
  expect(heard).toEqual(['sender']);
});

test('a FETCH without a Content-Format is answered, be it with an error', async () => {
  const asker = await (await box()).peer();
  const fetched = await asker.ask(request('FETCH', 'properties', { payload: '["level"]' }));
  expect([fetched.code, json(fetched)]).toEqual(['2.05', { level: 1 }]);
  const wrong = await asker.ask({
    ...request('FETCH', 'properties', { payload: '{' }),
    token: Buffer.from('wrong'),
  });
  expect([wrong.type, wrong.code, wrong.token.toString()]).toEqual(['ACK', '4.00', 'wrong']);
});

test('a request in the callback of a response is carried out, after the end of the client it is refused', async () => {
  const { base } = await scriptedCoap((_, count) => jsonAnswer(count));
  const client = testClient();
  const read = () => client.request(readOf(`${base}/x`));
  const second = await read().then(read);
  expect(second.content?.body.toString()).toBe('2');
  const refused = read().then(async () => {
    const stopped = client.stop();
    const late = read();
    await Promise.allSettled([stopped, late]);
    return late;
  });
  await expect(refused).rejects.toMatchObject({ kind: 'unavailable', code: 'CLIENT_STOPPED' });
});
