import { afterEach, expect, test, vi } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { WotError } from '../../src/contracts/errors.ts';
import { createServient, type ServientOptions } from '../../src/servient/create-servient.ts';
import { accept, block1, block2, coapThing, json, request } from '../support/coap-thing.ts';
import { fakeClock } from '../support/fake-clock.ts';
import type { UdpPeer } from '../support/udp-peer.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const calls = { count: 0, subscribed: 0 };
const observe = (value: number) => uintOption(optionNumber.observe, value);

async function lamp(options: ServientOptions = {}) {
  calls.count = 0;
  calls.subscribed = 0;
  const slow = Promise.withResolvers<string>();
  const hosted = await coapThing(
    {
      properties: {
        level: { type: 'number', observable: true },
        note: { type: 'string', observable: true },
        slow: { type: 'string', readOnly: true },
      },
      actions: { count: { output: { type: 'integer' } } },
      events: { hot: { data: { type: 'number' } } },
    },
    {
      properties: { level: { initial: 1 }, note: { initial: '' }, slow: { read: () => slow.promise } },
      actions: { count: () => ++calls.count },
      events: { hot: { subscribed: () => calls.subscribed++, unsubscribed: () => calls.subscribed-- } },
    },
    options,
  );
  cleanups.push(() => hosted.stop());
  return { ...hosted, slow, peer: await hosted.peer(), another: hosted.peer };
}

const at = (path: string, ...options: readonly CoapOption[]): readonly CoapOption[] =>
  request('GET', `/${path}`, { options }).options;

const level = 'things/box/properties/level';

async function serves(peer: UdpPeer, value = '1'): Promise<void> {
  const answer = await peer.ask({ options: at(level) });
  expect([answer.code, answer.payload.toString()]).toEqual(['2.05', value]);
}

test('a malformed confirmable message is reset at its sender, a malformed other one is ignored', async () => {
  const { peer, another } = await lamp();
  const other = await another('127.0.0.2');
  await other.send(Buffer.from([0x50, 0x01, 0x11, 0x11, 0xff])); // NON, payload marker without payload
  await other.send(Buffer.from([0x40, 0x01, 0x12, 0x34, 0xff])); // CON
  const answer = await other.next(() => true);
  expect([answer.type, answer.code, answer.id]).toEqual(['RST', '0.00', 0x1234]);
  expect(other.received).toHaveLength(1);
  expect(peer.received).toEqual([]);
});

test('a ping is answered with a reset', async () => {
  const { peer } = await lamp();
  expect(await peer.ask({ code: '0.00', token: Buffer.alloc(0) })).toMatchObject({
    type: 'RST',
    code: '0.00',
  });
});

test.each([
  ['a repeated critical option', [uintOption(17, 50), uintOption(17, 60)], '4.02'],
  ['a proxy request', [textOption(optionNumber.proxyUri, 'coap://elsewhere/')], '5.05'],
  ['a name that is not UTF-8', [{ number: optionNumber.uriPath, value: Buffer.from([0xff]) }], '4.00'],
  ['a path that is wrongly percent-encoded', [textOption(optionNumber.uriPath, '%zz')], '4.00'],
  ['an unknown affordance', [textOption(optionNumber.uriPath, 'constructor')], '4.04'],
])('%s is answered', async (_what, options, code) => {
  const { peer } = await lamp();
  const path = options.some(({ number }) => number === optionNumber.uriPath)
    ? 'things/box/properties'
    : level;
  const answer = await peer.ask({ options: [...at(path), ...options] });
  expect(answer.code).toBe(code);
  expect(json(answer)).toMatchObject({
    code: expect.any(String),
    kind: expect.any(String),
    detail: expect.any(String),
  });
});

test.each([
  ['PUT', '0.03', at('things/box/actions/count'), '4.05'],
  ['a method that no RFC names', '0.31', at(level), '4.05'],
  ['an input that does not fit', '0.03', at(level), '4.00'],
])('%s is refused', async (_what, code, options, expected) => {
  const { peer } = await lamp();
  expect((await peer.ask({ code, options, payload: Buffer.from('"x"') })).code).toBe(expected);
});

test.each([
  ['an action', '0.02', 'things/box/actions/count', ''],
  ['a write', '0.03', level, '9'],
  ['a FETCH', '0.05', 'things/box/properties', '["level"]'],
])('%s with an answer that nobody accepts is not carried out', async (_what, code, path, payload) => {
  const { peer } = await lamp();
  const answer = await peer.ask({ code, options: at(path, accept(40)), payload: Buffer.from(payload) });
  expect([answer.code, json(answer)]).toEqual(['4.06', expect.objectContaining({ code: 'NOT_ACCEPTABLE' })]);
  expect(calls.count).toBe(0);
  await serves(peer);
});

test('a repeated request is answered again and carried out once', async () => {
  const { peer } = await lamp();
  const asked = { code: '0.02', id: 99, options: at('things/box/actions/count') };
  const [first, second] = [await peer.ask(asked), await peer.ask(asked)];
  expect([first.payload.toString(), second.payload.toString(), calls.count]).toEqual(['1', '1', 1]);
  const reused = await peer.ask({ ...asked, token: Buffer.from('new') });
  expect([reused.payload.toString(), calls.count]).toEqual(['2', 2]);
});

test('an answer that takes long comes separately, and again until it is acknowledged', async () => {
  const clock = fakeClock();
  const { peer, slow } = await lamp({ clock });
  const token = Buffer.from('sep');
  const id = await peer.message({ token, options: at('things/box/properties/slow') });
  await serves(peer);
  clock.advance(1000);
  expect(await peer.next((answer) => answer.id === id)).toMatchObject({ type: 'ACK', code: '0.00' });
  slow.resolve('done');
  const answer = await peer.next((each) => each.token.equals(token));
  expect([answer.type, answer.code, answer.payload.toString()]).toEqual(['CON', '2.05', '"done"']);
  clock.advance(3000);
  expect((await peer.next((each) => each.token.equals(token))).id).toBe(answer.id);
  await peer.message({ type: 'ACK', code: '0.00', id: answer.id });
});

test('one datagram cannot ask for a gigabyte', async () => {
  const { peer } = await lamp({ limits: { body: 2048 } });
  const options = at('things/box/properties/note', block1(0xfffff, 1024, true));
  expect((await peer.ask({ code: '0.03', options, payload: Buffer.alloc(1024) })).code).toBe('4.08');
  const announced = at(
    'things/box/properties/note',
    block1(0, 1024, true),
    uintOption(optionNumber.size1, 0xffffffff),
  );
  expect((await peer.ask({ code: '0.03', options: announced, payload: Buffer.alloc(1024) })).code).toBe(
    '4.13',
  );
  const large = {
    code: '0.03',
    options: at('things/box/properties/note'),
    payload: Buffer.alloc(2049, 0x20),
  };
  expect((await peer.ask(large)).code).toBe('4.13');
});

test('an observer is told in order, with the change id as ETag, until it cancels', async () => {
  const { peer, thing } = await lamp();
  const token = Buffer.from('obs');
  const observing = (value: number) => ({ token, options: at(level, observe(value)) });
  const first = await peer.ask(observing(0));
  expect(first.payload.toString()).toBe('1');
  for (const value of [2, 3]) thing.set('level', value);
  const told: Message[] = [];
  for (const value of [2, 3]) {
    const notification = await peer.next((each) => each.type === 'CON');
    expect([notification.token, notification.payload.toString()]).toEqual([token, String(value)]);
    await peer.message({ type: 'ACK', code: '0.00', id: notification.id });
    told.push(notification);
  }
  const [a = 0, b = 0, c = 0] = [first, ...told].map(({ options }) =>
    optionUint(options, optionNumber.observe),
  );
  expect(a < b && b < c).toBe(true);
  expect([first, ...told].map(({ options }) => optionUint(options, optionNumber.maxAge))).toEqual([
    60, 60, 60,
  ]);
  const [, before = '', last = ''] = [first, ...told].map(({ options }) =>
    optionBytes(options, optionNumber.etag)?.readBigUInt64BE().toString(),
  );
  const replay = await peer.ask({ options: at(`${level}?after=${before}`) });
  expect(json(replay)).toEqual([
    { id: Number(last), timestamp: expect.stringMatching(/\.\d{6}Z$/), data: 3 },
  ]);
  expect(optionUint((await peer.ask(observing(1))).options, optionNumber.observe)).toBeUndefined();
  thing.set('level', 4);
  await serves(peer, '4');
  expect(peer.received.filter(({ type }) => type === 'CON')).toHaveLength(2);
});

test.each(['reset', 'silence'])('%s ends an observation', async (how) => {
  const clock = fakeClock();
  const { peer, thing } = await lamp({ clock });
  const options = at('things/box/events/hot', uintOption(optionNumber.observe, 0));
  expect((await peer.ask({ options, token: Buffer.from('hot') })).code).toBe('2.05');
  expect(calls.subscribed).toBe(1);
  await serves(peer);
  thing.emit('hot', 90);
  const notification = await peer.next(({ type }) => type === 'CON');
  expect(notification.payload.toString()).toBe('90');
  if (how === 'reset') await peer.message({ type: 'RST', code: '0.00', id: notification.id });
  else clock.advance(100_000);
  await vi.waitFor(() => expect(calls.subscribed).toBe(0));
  expect((await peer.ask({ options: at('things/box/events/hot') })).payload.toString()).toBe('90');
});

const note = 'things/box/properties/note';
const isNotification = ({ type, code }: Message) => type === 'CON' && code === '2.05';

/** Acknowledges the next notification and gives it. */
async function notified(peer: UdpPeer, fits: (message: Message) => boolean = () => true): Promise<Message> {
  const notification = await peer.next((message) => isNotification(message) && fits(message));
  await peer.message({ type: 'ACK', code: '0.00', id: notification.id });
  return notification;
}

test('two observations of one large property by one peer go on when it has fetched the value', async () => {
  const { peer, thing } = await lamp({ clock: fakeClock() });
  for (const name of ['a', 'b']) {
    const first = await peer.ask({ token: Buffer.from(name), options: at(note, observe(0)) });
    expect(first.code).toBe('2.05');
  }
  for (const letter of ['x', 'y', 'z']) {
    thing.set('note', letter.repeat(1500));
    const [a, b] = [
      await notified(peer, ({ token }) => token.toString() === 'a'),
      await notified(peer, ({ token }) => token.toString() === 'b'),
    ];
    const second = await peer.ask({ options: at(note, block2(1, 1024)) });
    for (const { payload } of [a, b]) {
      expect(JSON.parse(String(payload) + String(second.payload))).toBe(letter.repeat(1500));
    }
  }
});

test('notifications wait until a large first value is fetched', async () => {
  const { peer, thing } = await lamp({ clock: fakeClock() });
  thing.set('note', 'x'.repeat(1500));
  const first = await peer.ask({ token: Buffer.from('n'), options: at(note, observe(0)) });
  thing.set('note', 'short');
  await serves(peer);
  expect(peer.received.filter(isNotification)).toEqual([]);
  const second = await peer.ask({ options: at(note, block2(1, 1024)) });
  expect(JSON.parse(String(first.payload) + String(second.payload))).toBe('x'.repeat(1500));
  expect(json(await notified(peer))).toBe('short');
});

test('a slow observer gets what came before the gap, then the error that tells it', async () => {
  const { peer, thing } = await lamp({ limits: { queue: 2 } });
  const token = Buffer.from('hot');
  await peer.ask({ token, options: at('things/box/events/hot', observe(0)) });
  for (let value = 1; value <= 10_010; value++) thing.emit('hot', value); // more than the ring holds
  for (const value of [1, 2, 3]) expect(json(await notified(peer))).toBe(value);
  const last = await peer.next(({ type }) => type === 'CON');
  expect([last.code, json(last)]).toEqual(['5.03', expect.objectContaining({ code: 'OBSERVER_TOO_SLOW' })]);
  expect(optionUint(last.options, optionNumber.maxAge)).toBe(0);
  await peer.message({ type: 'ACK', code: '0.00', id: last.id });
  await vi.waitFor(() => expect(calls.subscribed).toBe(0));
});

test('a peer with too many observations is answered without one; others are not concerned', async () => {
  const { peer, another } = await lamp();
  const observing = (id: number) => ({ token: Buffer.from(`o${id}`), options: at(level, observe(0)) });
  for (let id = 0; id < 256; id++) await peer.message(observing(id));
  await vi.waitFor(() => expect(peer.received).toHaveLength(256));
  const refused = await peer.ask(observing(256));
  expect([refused.payload.toString(), optionUint(refused.options, optionNumber.observe)]).toEqual([
    '1',
    undefined,
  ]);
  const renewed = await peer.ask({ ...observing(7), id: 999 });
  expect(optionUint(renewed.options, optionNumber.observe)).toBeDefined();
  const other = await another();
  const admitted = await other.ask(observing(1));
  expect(optionUint(admitted.options, optionNumber.observe)).toBeDefined();
});

test('a peer with too many requests under way is told; others are not concerned', async () => {
  const { peer, another } = await lamp();
  for (let id = 1; id <= 64; id++) {
    await peer.message({ token: Buffer.from(`s${id}`), options: at('things/box/properties/slow') });
  }
  const refused = await peer.ask({ options: at(level) });
  expect([refused.code, json(refused)]).toEqual([
    '4.29',
    expect.objectContaining({ code: 'TOO_MANY_REQUESTS_OF_PEER' }),
  ]);
  const other = await another();
  await serves(other);
});

test('observers are probed, and end when their peer is gone', async () => {
  const clock = fakeClock();
  const { peer } = await lamp({ clock });
  await peer.ask({ options: at('things/box/events/hot', observe(0)) });
  const isPing = ({ type, code }: Message) => type === 'CON' && code === '0.00';
  clock.advance(300_000);
  const ping = await peer.next(isPing);
  await peer.message({ type: 'RST', code: '0.00', id: ping.id });
  await serves(peer);
  clock.advance(100_000);
  expect(calls.subscribed).toBe(1);
  clock.advance(200_000);
  await peer.next((message) => isPing(message) && message.id !== ping.id);
  clock.advance(100_000);
  expect(calls.subscribed).toBe(0);
});

test('Things are listed and found by CoRE link format', async () => {
  const { peer } = await lamp();
  const core = await peer.ask({ options: at('.well-known/core?rt=wot.thing') });
  expect(core.payload.toString()).toMatch(/^<\/things\/box>;rt="wot.thing";ct=432;sz=\d{4};title="Box"$/);
  expect((await peer.ask({ options: at('.well-known/core?rt=other') })).payload.toString()).toBe('');
  expect(json(await peer.ask({ options: at('things') }))).toMatchObject([
    { name: 'box', href: '/things/box' },
  ]);
  expect((await peer.ask({ options: at('.well-known/wot') })).code).toBe('2.05');
  const td = await peer.ask({ options: at('things/box') });
  expect(optionUint(td.options, optionNumber.contentFormat)).toBe(432);
});

test('stop tells observers once that the servient stops, and is quick', async () => {
  const { peer, servient } = await lamp();
  const options = at('things/box/events/hot', observe(0));
  await peer.ask({ options, token: Buffer.from('hot') });
  const started = performance.now();
  await servient.stop();
  expect(performance.now() - started).toBeLessThan(2000);
  const last = await peer.next(({ token }) => token.toString() === 'hot');
  expect([last.code, json(last)]).toEqual(['5.03', expect.objectContaining({ code: 'STOPPING' })]);
  expect(peer.received).toHaveLength(2);
});

test('a port in use is told with the flag that changes it', async () => {
  const { port } = await lamp();
  const second = createServient({ bindings: [coap({ port })] });
  const error: WotError = await second.start().then(
    () => expect.fail('it started'),
    (reason) => reason,
  );
  expect([error.kind, error.code, error.message]).toEqual([
    'unavailable',
    'ADDRESS_IN_USE',
    expect.stringMatching(new RegExp(`${port}.*--coap`)),
  ]);
});
