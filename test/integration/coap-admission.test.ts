import { afterEach, expect, test, vi } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { optionNumber, optionUint } from '../../src/bindings/coap/messages/coap-option.ts';
import { noForms, type ServerBinding } from '../../src/contracts/binding.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { block2, coapThing, etagOf, request } from '../support/coap-thing.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { udpPeer } from '../support/udp-peer.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

test('one host with many ports does not use up what all share', async () => {
  const never = Promise.withResolvers<string>();
  const td = { properties: { slow: { type: 'string', readOnly: true }, fast: { type: 'integer' } } } as const;
  const properties = { slow: { read: () => never.promise }, fast: { initial: 1 } };
  const box = await coapThing(td, { properties });
  cleanups.push(
    () => box.stop(),
    () => never.resolve(''),
  );
  const slow = request('GET', 'properties/slow').options;
  const fast = request('GET', 'properties/fast').options;
  for (let port = 0; port < 16; port++) {
    const greedy = await box.peer();
    for (let count = 0; count < 64; count++) await greedy.message({ options: slow });
    await greedy.ask({ code: '0.00', token: Buffer.alloc(0) }); // a ping: all have arrived
  }
  const another = await box.peer();
  const refused = await another.ask({ options: fast });
  expect([refused.code, refused.payload.toString()]).toEqual([
    '4.29',
    expect.stringContaining('1024 requests'),
  ]);
  const neighbour = await box.peer('127.0.0.2');
  expect((await neighbour.ask({ options: fast })).code).toBe('2.05');
});

test('a dozen clients behind one address each fetch a megabyte as it was when they began', async () => {
  const text = 'x'.repeat(1_000_000);
  const td = { properties: { text: { type: 'string', readOnly: true } } } as const;
  const box = await coapThing(td, { properties: { text: { initial: text } } });
  cleanups.push(() => box.stop());
  const clients = await Promise.all(Array.from({ length: 12 }, () => box.peer()));
  const ask = (num: number) =>
    Promise.all(
      clients.map((client) =>
        client.ask(request('GET', 'properties/text', { options: [block2(num, 1024)] })),
      ),
    );
  const first = await ask(0);
  box.thing.set('text', text.replaceAll('x', 'y'));
  const second = await ask(1);
  expect(second.map(etagOf)).toEqual(first.map(etagOf));
  expect(second.every(({ payload }) => payload.toString().startsWith('x'))).toBe(true);
});

test('several hosts leave room for others, and those who only claim to be several for all who are', async () => {
  const never = Promise.withResolvers<string>();
  const td = { properties: { slow: { type: 'string', readOnly: true }, fast: { type: 'integer' } } } as const;
  const properties = { slow: { read: () => never.promise }, fast: { initial: 1 } };
  const hosts = 5;
  for (const trustLoopback of [true, false]) {
    const bindings = [coap({ port: 0, trustLoopback })];
    const box = await coapThing(td, { properties }, { bindings });
    cleanups.push(
      () => box.stop(),
      () => never.resolve(''),
    );
    const neighbour = await box.peer('127.0.0.9');
    const introduction = await neighbour.ask(request('GET', '/.well-known/wot'));
    const echo = introduction.options.filter(({ number }) => number === optionNumber.echo);
    for (let port = 0; port < 16 * hosts; port++) {
      const greedy = await box.peer(`127.0.0.${2 + (port % hosts)}`);
      for (let count = 0; count < 64; count++) await greedy.message(request('GET', 'properties/slow'));
      await greedy.ask({ code: '0.00', token: Buffer.alloc(0) });
    }
    const options = [...request('GET', 'properties/fast').options, ...echo];
    expect((await neighbour.ask({ options })).code).toBe('2.05');
  }
});

test('an answer of its own is under way until it is acknowledged or given up', async () => {
  const clock = fakeClock();
  const slow = Promise.withResolvers<string>();
  const td = { properties: { slow: { type: 'string', readOnly: true } } } as const;
  const box = await coapThing(td, { properties: { slow: { read: () => slow.promise } } }, { clock });
  cleanups.push(() => box.stop());
  const options = request('GET', 'properties/slow').options;
  const peer = await box.peer();
  for (let count = 0; count < 64; count++) await peer.message({ options });
  await peer.ask({ code: '0.00', token: Buffer.alloc(0) });
  await new Promise((turn) => setImmediate(turn));
  clock.advance(1000);
  slow.resolve('x');
  const answers = () => peer.received.filter(({ code, type }) => code === '2.05' && type === 'CON');
  await vi.waitFor(() => expect(answers()).toHaveLength(64));
  const codeFor = async (text: string) => {
    const token = Buffer.from(text);
    await peer.message({ options, token });
    return (await peer.next((message) => message.token.equals(token))).code;
  };
  expect(await codeFor('a')).toBe('4.29');
  await peer.message({ type: 'ACK', code: '0.00', id: answers()[0]?.id as number });
  expect(await codeFor('b')).toBe('2.05');
});

test('while the servient starts, what is not found may be there in a moment', async () => {
  const ready = Promise.withResolvers<void>();
  const slow: ServerBinding = {
    name: 'slow',
    addresses: [],
    start: () => ready.promise,
    forms: () => noForms,
    expose: async () => undefined,
    unexpose: async () => undefined,
    stop: async () => undefined,
  };
  const fast = coap({ port: 0 });
  const servient = createServient({ bindings: [fast, slow] });
  const starting = servient.start();
  cleanups.push(() => servient.stop());
  const [address] = await vi.waitUntil(() => (fast.addresses.length > 0 ? fast.addresses : undefined));
  const peer = await udpPeer(Number(new URL(address as string).port));
  cleanups.push(() => peer.close());
  const early = await peer.ask(request('GET', '/things/box'));
  expect([early.code, optionUint(early.options, optionNumber.maxAge)]).toEqual(['5.03', 1]);
  expect(JSON.parse(early.payload.toString())).toMatchObject({ code: 'STARTING' });
  ready.resolve();
  await starting;
  expect((await peer.ask(request('GET', '/things/box'))).code).toBe('4.04');
});
