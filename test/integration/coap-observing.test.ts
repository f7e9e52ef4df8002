import { afterEach, expect, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { emptyBytes, type Message } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import type { ServientOptions } from '../../src/servient/create-servient.ts';
import { accept, block2, coapThing, etagOf, json, request } from '../support/coap-thing.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import type { UdpPeer } from '../support/udp-peer.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const level = 'properties/level';
const text = 'properties/text';
const hot = 'events/hot';
const second = 1000;

interface Box extends Awaited<ReturnType<typeof coapThing>> {
  readonly clock: FakeClock;
  /** Observations of the event. */
  readonly subscribed: { count: number };
  readonly a: UdpPeer;
}

async function box(options: ServientOptions = {}, clock = fakeClock()): Promise<Box> {
  const subscribed = { count: 0 };
  const hosted = await coapThing(
    {
      properties: {
        level: { type: 'number', observable: true },
        text: { type: 'string', observable: true },
      },
      events: { hot: { data: { type: 'number' } } },
    },
    {
      properties: { level: { initial: 1 }, text: { initial: '' } },
      events: {
        hot: { subscribed: () => subscribed.count++, unsubscribed: () => subscribed.count-- },
      },
    },
    { clock, ...options },
  );
  cleanups.push(() => hosted.stop());
  return { ...hosted, clock, subscribed, a: await hosted.peer() };
}

const tokenOf = (name: string): Partial<Message> => ({ token: Buffer.from(name) });

/** Registers, confirmably unless said otherwise. */
function observing(peer: UdpPeer, path: string, name: string, more: Partial<Message> = {}): Promise<Message> {
  const { options = [], ...parts } = more;
  const asked = request('GET', path, { options: [uintOption(optionNumber.observe, 0), ...options] });
  return peer.ask({ ...asked, ...tokenOf(name), ...parts });
}

const sequenceOf = ({ options }: Message): number | undefined => optionUint(options, optionNumber.observe);
const acknowledge = (peer: UdpPeer, { id }: Message): Promise<number> =>
  peer.message({ type: 'ACK', code: '0.00', id, token: emptyBytes });
const reset = (peer: UdpPeer, { id }: Message): Promise<number> =>
  peer.message({ type: 'RST', code: '0.00', id, token: emptyBytes });

/** The next notification, acknowledged where it asks for that. */
async function told(peer: UdpPeer, name: string): Promise<Message> {
  const message = await peer.next(({ type, token }) => type !== 'ACK' && token.toString() === name);
  if (message.type === 'CON') await acknowledge(peer, message);
  return message;
}

/** All that was on its way has come: what is asked last is answered last. */
async function settled(peer: UdpPeer): Promise<void> {
  for (const _ of [1, 2, 3]) await peer.ask(request('GET', '/things'));
}

const notifications = (peer: UdpPeer): readonly Message[] =>
  peer.received.filter(({ type, code }) => type !== 'ACK' && code !== '0.00');

/** Whether the second comes after the first (RFC 7641 section 3.4). */
function isLater(first: Message, then: Message): boolean {
  const [before = 0, after = 0] = [first, then].map(sequenceOf);
  return (after - before + 0x1000000) % 0x1000000 < 0x800000 && after !== before;
}

test('a registration with the same token renews the observation', async () => {
  const { a, thing, subscribed } = await box();
  const first = await observing(a, level, 'x');
  const renewed = await observing(a, level, 'x');
  expect(isLater(first, renewed)).toBe(true);
  thing.set('level', 2);
  const change = await told(a, 'x');
  expect([json(change), isLater(renewed, change)]).toEqual([2, true]);
  await settled(a);
  expect(notifications(a)).toHaveLength(1);
  for (const _ of [1, 2]) await observing(a, hot, 'e');
  expect(subscribed.count).toBe(1);
  await a.ask({
    ...request('GET', hot, { options: [uintOption(optionNumber.observe, 1)] }),
    ...tokenOf('e'),
  });
  expect(subscribed.count).toBe(0);
});

test('a registration that fails ends the observation with its token', async () => {
  const { a, thing } = await box();
  await observing(a, level, 'x');
  expect((await observing(a, level, 'x', { options: [accept(40)] })).code).toBe('4.06');
  thing.set('level', 2);
  await settled(a);
  expect(notifications(a)).toHaveLength(0);
});

test('a token that registers for something else observes that alone', async () => {
  const { a, thing } = await box();
  await observing(a, level, 'x');
  await observing(a, text, 'x');
  thing.set('level', 2);
  thing.set('text', 'new');
  expect(json(await told(a, 'x'))).toBe('new');
  await settled(a);
  expect(notifications(a)).toHaveLength(1);
});

test.each([
  ['a plain GET of the resource', 'ends', request('GET', level)],
  ['a GET with Observe 1', 'ends', request('GET', level, { options: [uintOption(optionNumber.observe, 1)] })],
  [
    'a GET with Observe 1 of another resource',
    'ends',
    request('GET', text, { options: [uintOption(optionNumber.observe, 1)] }),
  ],
  ['a GET of another resource', 'keeps', request('GET', text)],
  ['a GET of a later block', 'keeps', request('GET', level, { options: [block2(1, 64)] })],
])('%s with the token of an observation %s it', async (_what, effect, asked) => {
  const { a, thing } = await box();
  await observing(a, level, 'x');
  await a.ask({ ...asked, ...tokenOf('x') });
  thing.set('level', 2);
  if (effect === 'keeps') await told(a, 'x');
  await settled(a);
  expect(notifications(a)).toHaveLength(effect === 'keeps' ? 1 : 0);
});

test('who registers unconfirmably is told so at most every 3 s, and has to acknowledge every 30 s', async () => {
  const { a, thing, clock } = await box();
  await observing(a, level, 'x', { type: 'NON' });
  let value = 1;
  const changed = async (after: number) => {
    clock.advance(after * second);
    thing.set('level', ++value);
    const notification = await told(a, 'x');
    expect(json(notification)).toBe(value);
    await settled(a);
    return notification.type;
  };
  const types: string[] = [];
  for (const after of [0, 1, 2, 4, 5, 10, 9, 8, 4]) types.push(await changed(after));
  expect(types).toEqual(['NON', 'CON', 'NON', 'NON', 'NON', 'NON', 'CON', 'NON', 'NON']);
});

test.each([
  ['an event', hot],
  ['all events', 'events'],
  ['all properties', 'properties'],
])('%s, of which none may be lost, is told confirmably', async (_what, path) => {
  const { a, thing, clock } = await box();
  await observing(a, path, 'x', { type: 'NON' });
  clock.advance(10 * second);
  thing.emit('hot', 90);
  thing.set('level', 2);
  expect((await told(a, 'x')).type).toBe('CON');
});

test.each([0, 1])(
  'a reset of an unconfirmed notification ends the observation, if it comes %i later too',
  async (later) => {
    const { a, thing, clock } = await box();
    await observing(a, level, 'x', { type: 'NON' });
    await observing(a, text, 'y');
    const sent: Message[] = [];
    for (let value = 2; value < 4 + later; value++) {
      clock.advance(5 * second);
      thing.set('level', value);
      sent.push(await told(a, 'x'));
    }
    expect(sent.map(({ type }) => type)).toEqual(sent.map(() => 'NON'));
    await reset(a, sent[1] as Message);
    await settled(a);
    thing.set('level', 99);
    thing.set('text', 'still');
    expect(json(await told(a, 'y'))).toBe('still');
    await settled(a);
    expect(notifications(a)).toHaveLength(sent.length + 2);
  },
);

test.each([
  ['an acknowledgement with a request', 'ACK', '0.01'],
  ['a reset with a response', 'RST', '2.05'],
] as const)('%s is none', async (_what, type, code) => {
  const { a, thing, clock } = await box();
  await observing(a, level, 'x');
  thing.set('level', 2);
  const { id } = await a.next((message) => message.type === 'CON');
  await a.message({ type, code, id });
  await settled(a);
  clock.advance(3000);
  await acknowledge(a, await a.next((message) => message.type === 'CON' && message.id === id));
  thing.set('level', 3);
  expect(json(await told(a, 'x'))).toBe(3);
});

test('a Thing that goes says so confirmably', async () => {
  const { a, servient } = await box();
  await observing(a, level, 'x', { type: 'NON' });
  await servient.unexpose('box');
  const last = await told(a, 'x');
  expect([last.type, last.code, sequenceOf(last)]).toEqual(['CON', '4.04', undefined]);
});

test('sequence numbers rise over a restart, and through their wrap', async () => {
  const clock = fakeClock();
  const before = await box({}, clock);
  const first = await observing(before.a, level, 'x');
  await cleanups.pop()?.();
  clock.advance(second);
  const { a, thing } = await box({}, clock);
  const messages = [first, await observing(a, level, 'x')];
  for (let value = 2; value < 12; value++) {
    clock.advance(130 * second); // 2^24 steps of 64 us take 1074 s
    thing.set('level', value);
    thing.set('level', -value);
    messages.push(await told(a, 'x'), await told(a, 'x'));
    await settled(a);
  }
  const pairs = messages.slice(1).map((message, at) => isLater(messages[at] as Message, message));
  expect(pairs).toEqual(pairs.map(() => true));
  expect(messages.map(sequenceOf)).not.toEqual(
    messages.map(sequenceOf).sort((one = 0, two = 0) => one - two),
  );
});

test('a renewal with the ETag of what the peer has is answered with that alone', async () => {
  const { a, thing } = await box();
  const etag = (message: Message) => ({ number: optionNumber.etag, value: etagOf(message) as Buffer });
  const first = await observing(a, text, 'x');
  thing.set('text', 'new');
  const change = await told(a, 'x');
  const foreign = { number: optionNumber.etag, value: Buffer.from('foreign') };
  const valid = await observing(a, text, 'x', { options: [foreign, etag(first), etag(change)] });
  expect([valid.code, valid.payload.length, etagOf(valid)]).toEqual(['2.03', 0, etagOf(change)]);
  expect(valid.options.map(({ number }) => number)).toEqual([4, 6, 14]);
  expect(isLater(change, valid)).toBe(true);
  thing.set('text', 'newer');
  expect(json(await told(a, 'x'))).toBe('newer');
  const stale = await observing(a, text, 'x', { options: [etag(change)] });
  expect([stale.code, json(stale)]).toEqual(['2.05', 'newer']);
  const read = await a.ask(request('GET', text, { options: [block2(0, 16), foreign] }));
  const known = await observing(a, text, 'y', { options: [etag(read)] });
  expect([known.code, etagOf(known)]).toEqual(['2.03', etagOf(read)]);
});

test('every observer is told a change in its own format', async () => {
  const { a, thing } = await box();
  await observing(a, level, 'json');
  await observing(a, level, 'cbor', { options: [accept(60)] });
  await observing(a, 'properties', 'all');
  await told(a, 'all'); // the present value of the second property
  thing.set('level', 2);
  expect(json(await told(a, 'json'))).toBe(2);
  expect((await told(a, 'cbor')).payload).toEqual(Buffer.from([2]));
  expect(json(await told(a, 'all'))).toMatchObject({ name: 'level', data: 2 });
});

test('observations of one endpoint take turns, one notification at a time', async () => {
  const { a, thing } = await box();
  for (const name of ['1', '2', '3']) await observing(a, level, name);
  await settled(a);
  for (const value of [2, 3]) thing.set('level', value);
  const order: unknown[] = [];
  for (let count = 0; count < 6; count++) {
    const next = await a.next(({ type }) => type === 'CON');
    await settled(a);
    expect(notifications(a)).toHaveLength(count + 1);
    order.push([next.token.toString(), json(next)]);
    await acknowledge(a, next);
  }
  expect(order).toEqual([2, 3].flatMap((value) => ['1', '2', '3'].map((name) => [name, value])));
});

test('while one large value is not fetched, the others of the endpoint are told', async () => {
  const { a, thing, clock } = await box();
  await observing(a, text, 'large');
  await observing(a, level, 'small');
  await settled(a);
  thing.set('text', 'x'.repeat(2000));
  thing.set('text', 'last');
  expect((await told(a, 'large')).payload).toHaveLength(1024);
  for (const value of [2, 3]) {
    thing.set('level', value);
    expect(json(await told(a, 'small'))).toBe(value);
  }
  expect(notifications(a)).toHaveLength(3);
  clock.advance(5 * second);
  expect(json(await told(a, 'large'))).toBe('last');
});

test('a notification is repeated as it was while newer ones wait, then they come in order', async () => {
  const { a, thing, clock } = await box();
  await observing(a, level, 'x');
  await settled(a);
  for (const value of [2, 3, 4]) thing.set('level', value);
  const first = await a.next(({ type }) => type === 'CON');
  clock.advance(3 * second);
  const again = await a.next(({ type }) => type === 'CON');
  expect([again.id, json(again)]).toEqual([first.id, json(first)]);
  await acknowledge(a, again);
  for (const value of [3, 4]) expect(json(await told(a, 'x'))).toBe(value);
});

test('events that were not acknowledged before a renewal come after it, and no other does', async () => {
  const { a, thing } = await box();
  thing.emit('hot', 0);
  await observing(a, hot, 'x');
  await settled(a);
  for (const value of [1, 2, 3]) thing.emit('hot', value);
  expect(json(await told(a, 'x'))).toBe(1);
  const lost = await a.next(({ type }) => type === 'CON');
  const renewed = await observing(a, hot, 'x');
  expect(renewed.payload).toHaveLength(0);
  const events = [await told(a, 'x'), await told(a, 'x')];
  expect([json(lost), ...events.map(json)]).toEqual([2, 2, 3]);
  expect([isLater(lost, renewed), isLater(renewed, events[0] as Message)]).toEqual([true, true]);
  await settled(a);
  expect(notifications(a)).toHaveLength(4);
});

test('a peer that vanishes with many observations costs one message with its repetitions', async () => {
  const { a, thing, clock, subscribed, peer } = await box();
  const other = await peer();
  for (let name = 0; name < 256; name++) await observing(a, hot, `e${name}`);
  await observing(other, level, 'x');
  await settled(a);
  thing.emit('hot', 1);
  thing.set('level', 2);
  expect(json(await told(other, 'x'))).toBe(2);
  await settled(other);
  expect(subscribed.count).toBe(1);
  clock.advance(100 * second);
  expect(subscribed.count).toBe(0);
  await settled(a);
  expect(notifications(a)).toHaveLength(5);
  thing.set('level', 3);
  expect(json(await told(other, 'x'))).toBe(3);
});

test('a peer that acknowledges nothing holds up no other, whatever changes', async () => {
  const { a, thing, peer } = await box({ limits: { queue: 10 } });
  const other = await peer();
  for (const name of ['1', '2']) await observing(a, hot, name);
  await observing(other, hot, 'x');
  await settled(a);
  for (let value = 1; value <= 200; value++) {
    thing.emit('hot', value);
    expect(json(await told(other, 'x'))).toBe(value);
  }
  await settled(a);
  expect(notifications(a)).toHaveLength(1);
});

test('all ports of one address together take at most half of the room, and give it back', async () => {
  const { peer, a, thing } = await box();
  const peers = [a, ...(await Promise.all(Array.from({ length: 8 }, () => peer())))];
  const isAdmitted = async (from: UdpPeer, name: string) =>
    sequenceOf(await observing(from, level, name)) !== undefined;
  const [last, ...full] = peers.toReversed() as [UdpPeer, ...UdpPeer[]];
  await Promise.all(
    full.map(async (from) => {
      for (let name = 0; name < 256; name++) await observing(from, level, `o${name}`);
    }),
  );
  expect(await isAdmitted(last, 'x')).toBe(false);
  expect(await isAdmitted(await peer('127.0.0.2'), 'x')).toBe(true);
  const cancel = request('GET', level, { options: [uintOption(optionNumber.observe, 1)] });
  await a.ask({ ...cancel, ...tokenOf('o7') });
  expect(await isAdmitted(last, 'x')).toBe(true);
  // More of them than are sent at once.
  thing.set('level', 2);
  expect(json(await told(last, 'x'))).toBe(2);
});

test('peers that have not shown where they are leave room for those that have', async () => {
  const { peer } = await box({ bindings: [coap({ port: 0, trustLoopback: false })] });
  const peers = await Promise.all(Array.from({ length: 4 }, () => peer()));
  await Promise.all(
    peers.map(async (from) => {
      for (let name = 0; name < 256; name++) await observing(from, level, `o${name}`);
    }),
  );
  const other = await peer();
  expect(sequenceOf(await observing(other, level, 'x'))).toBeUndefined();
  const { options } = await other.ask(request('GET', '/.well-known/wot'));
  const echo = options.filter(({ number }) => number === optionNumber.echo);
  expect(sequenceOf(await observing(other, level, 'x', { options: echo }))).toBeDefined();
});
