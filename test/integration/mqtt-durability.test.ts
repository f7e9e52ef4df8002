import type { MqttClient } from 'mqtt';
import { connect, type IClientOptions } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import type { BrokerOptions, EmbeddedBroker } from '../../src/bindings/mqtt/broker/embedded-broker.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { RecordStore } from '../../src/contracts/stores.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { keepingLogger } from '../support/logged.ts';
import { connectPacket, field, packet, publishPacket, RawPeer } from '../support/mqtt-bytes.ts';
import { happens, nextMessage } from '../support/mqtt-events.ts';
import { startTestBroker } from '../support/test-broker.ts';

const clock = fakeClock();
const brokers = new Set<EmbeddedBroker>();
const clients: MqttClient[] = [];
const heldWrites: HeldWrite[] = [];

afterEach(async () => {
  for (const write of heldWrites.splice(0)) write.go();
  for (const client of clients.splice(0)) await client.endAsync(true);
  for (const broker of brokers) await broker.stop();
  brokers.clear();
});

async function start(records: RecordStore, options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
  const broker = await startTestBroker({ records, clock, ...options });
  brokers.add(broker);
  return broker;
}

async function stop(broker: EmbeddedBroker): Promise<void> {
  brokers.delete(broker);
  await broker.stop();
}

function connecting({ port }: EmbeddedBroker, options: IClientOptions = {}): MqttClient {
  const client = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, ...options });
  clients.push(client);
  return client;
}

async function peer(broker: EmbeddedBroker, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connecting(broker, options);
  await happens(client, 'connect');
  return client;
}

const kinds = ['session', 'subscription', 'queued', 'message', 'incoming', 'retained'];
const accepted = [0x20, 2, 0, 0];
const resumed = [0x20, 2, 1, 0];
const lasting = (clientId: string) => connectPacket(clientId, 0);
const subscribe = (id: number, qos: number, ...filters: readonly string[]) =>
  packet(0x82, [0, id], ...filters.flatMap((filter) => [field(filter), [qos]]));
const publish = (qos: 1 | 2, id: number, text: string, dup = 0) =>
  packet(0x30 | (dup << 3) | (qos << 1), field('t'), [0, id], Buffer.from(text));
const puback = (id: number) => [0x40, 2, 0, id];
const pubrec = (id: number) => [0x50, 2, 0, id];
const pubcomp = (id: number) => [0x70, 2, 0, id];

interface HeldWrite {
  go(): void;
  fail(error: Error): void;
}

/** A store that makes each write wait until it is let go, or fails it. */
function slowStore() {
  const { records } = memoryStorage();
  const waiting: HeldWrite[] = [];
  const store: RecordStore & { held: boolean; failure: Error | undefined } = {
    held: false,
    failure: undefined,
    load: (kind) => records.load(kind),
    change(changes) {
      if (store.failure) return Promise.reject(store.failure);
      if (!store.held) return records.change(changes);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const write = { go: () => records.change(changes).then(resolve), fail: reject };
      waiting.push(write);
      heldWrites.push(write);
      return promise;
    },
  };
  return { store, waiting };
}

/** Checks that nothing but the answers to pings comes behind so many bytes; gives how many there are then. */
async function nothingBehind(raw: RawPeer, count: number): Promise<number> {
  const [ping, pong] = [packet(0xc0), [0xd0, 0]];
  raw.send(ping);
  await raw.bytes(count + 2);
  raw.send(ping);
  expect((await raw.bytes(count + 4)).slice(count)).toEqual([...pong, ...pong]);
  return count + 4;
}

/** An absent session with a subscription to `t`. */
async function makeAbsent(broker: EmbeddedBroker, clientId = 'away', qos = 2): Promise<void> {
  const raw = new RawPeer(broker.port).send(lasting(clientId), subscribe(1, qos, 't'));
  expect(await raw.bytes(9)).toEqual([...accepted, 0x90, 3, 0, 1, qos]);
  raw.send(packet(0xe0));
  await raw.closed();
}

describe('an acknowledgement waits for the store', () => {
  test('PUBACKs, in the order of their messages; who is connected has them meanwhile', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    await makeAbsent(broker);
    const witness = await peer(broker);
    await witness.subscribeAsync('#', { qos: 1 });
    store.held = true;
    const raw = new RawPeer(broker.port).send(connectPacket('c'), publish(1, 1, 'first'));
    expect((await nextMessage(witness)).text).toBe('first');
    const second = nextMessage(witness);
    raw.send(packet(0x32, field('nobody keeps this'), [0, 2], Buffer.from('second')));
    expect((await second).text).toBe('second');
    const answered = await nothingBehind(raw, 4);
    for (const write of waiting.splice(0)) write.go();
    expect((await raw.bytes(answered + 8)).slice(answered)).toEqual([...puback(1), ...puback(2)]);
    raw.socket.destroy();
  });

  test.each([
    ['SUBACK', subscribe(1, 1, 'x'), [0x90, 3, 0, 1, 1]],
    ['UNSUBACK', packet(0xa2, [0, 1], field('t')), [0xb0, 2, 0, 1]],
    ['PUBREC', publish(2, 3, 'x'), pubrec(3)],
    ['PUBCOMP', packet(0x62, [0, 9]), pubcomp(9)],
    ['PUBACK of a retained message', packet(0x33, field('r'), [0, 4], Buffer.from('x')), puback(4)],
  ])('%s', async (_what, bytes, answer) => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    await makeAbsent(broker, 'c');
    const raw = new RawPeer(broker.port).send(lasting('c'), publish(2, 9, 'x'));
    // The message of its own that it is subscribed to has come too.
    await raw.bytes(4 + 4 + 8);
    store.held = true;
    const before = raw.count;
    raw.send(bytes);
    const after = await nothingBehind(raw, before);
    for (const write of waiting.splice(0)) write.go();
    store.held = false;
    expect((await raw.bytes(after + answer.length)).slice(after)).toEqual(answer);
    raw.socket.destroy();
  });

  test('what a QoS 2 subscriber is sent: the message under its identifier, then PUBREL', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    await makeAbsent(broker);
    await (await peer(broker)).publishAsync('t', 'x', { qos: 1 });
    await (await peer(broker)).publishAsync('t', 'x', { qos: 2 });
    store.held = true;
    const away = new RawPeer(broker.port).send(lasting('away'));
    await away.bytes(4 + 8); // at QoS 1 nothing is written
    const sent = await nothingBehind(away, 12);
    for (const write of waiting.splice(0)) write.go();
    const [high = 0, low = 0] = (await away.bytes(sent + 8)).slice(sent + 5);
    away.send(packet(0x50, [high, low]));
    const received = await nothingBehind(away, sent + 8);
    for (const write of waiting.splice(0)) write.go();
    store.held = false;
    expect((await away.bytes(received + 4)).slice(received)).toEqual([0x62, 2, high, low]);
    away.socket.destroy();
  });

  test('sessions that do not last write nothing', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    store.held = true;
    const client = await peer(broker);
    await client.subscribeAsync('t', { qos: 2 });
    const message = nextMessage(client);
    await client.publishAsync('t', 'x', { qos: 2 });
    await message;
    await client.unsubscribeAsync('t');
    broker.publish({ topic: 'own', payload: Buffer.from('x'), qos: 1, retain: true }, () => {});
    await client.endAsync();
    await stop(broker);
    expect(waiting).toEqual([]);
  });
});

describe('a subscription that is being written', () => {
  const unsubscribe = (id: number) => packet(0xa2, [0, id], field('t'));

  test('or removed does not end its client when a message comes', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    const raw = new RawPeer(broker.port).send(lasting('c'), subscribe(1, 1, 't'));
    await raw.bytes(9);
    store.held = true;
    raw.send(unsubscribe(2));
    const before = await nothingBehind(raw, 9);
    await (await peer(broker)).publishAsync('t', 'x', { qos: 1 });
    for (const write of waiting.splice(0)) write.go();
    store.held = false;
    expect((await raw.bytes(before + 4)).slice(before)).toEqual([0xb0, 2, 0, 2]);
    await nothingBehind(raw, before + 4);
    raw.socket.destroy();
  });

  test('has nothing wait for the next connection', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    const raw = new RawPeer(broker.port).send(lasting('c'));
    await raw.bytes(4);
    store.held = true;
    raw.send(subscribe(1, 1, 't'));
    const before = await nothingBehind(raw, 4);
    await (await peer(broker)).publishAsync('t', 'early', { qos: 1 });
    for (const write of waiting.splice(0)) write.go();
    store.held = false;
    await raw.bytes(before + 5);
    const back = new RawPeer(broker.port).send(lasting('c'));
    expect(await back.bytes(4)).toEqual(resumed);
    await nothingBehind(back, 4);
    back.socket.destroy();
  });

  test.each([
    ['clean', connectPacket('c')],
    ['lasting', lasting('c')],
  ])(
    'is there in a %s session when SUBSCRIBE, UNSUBSCRIBE and SUBSCRIBE come at once',
    async (_what, hello) => {
      const broker = await start(memoryStorage().records);
      const raw = new RawPeer(broker.port).send(hello);
      await raw.bytes(4);
      raw.send(subscribe(1, 1, 't'), unsubscribe(2), subscribe(3, 1, 't'));
      await raw.bytes(18);
      await (await peer(broker)).publishAsync('t', 'x', { qos: 1 });
      expect(String(Buffer.from(await raw.bytes(26)).subarray(-1))).toBe('x');
      raw.socket.destroy();
    },
  );
});

describe('a broker that starts again', () => {
  test('has sessions, subscriptions, queues and what clients retained', async () => {
    const { records } = memoryStorage();
    const first = await start(records);
    await makeAbsent(first);
    const sender = await peer(first);
    for (const text of ['1', '2']) await sender.publishAsync('t', text, { qos: 1 });
    await sender.publishAsync('kept', 'yes', { qos: 1, retain: true });
    await sender.publishAsync('cleared', 'no', { qos: 1, retain: true });
    await sender.publishAsync('cleared', '', { qos: 1, retain: true });
    first.publish({ topic: 't', payload: Buffer.from('3'), qos: 1, retain: false }, () => {});
    first.publish({ topic: 'own', payload: Buffer.from('x'), qos: 1, retain: true }, () => {});
    await sender.publishAsync('t', '4', { qos: 1 });
    await stop(first);
    const second = await start(records);
    const texts: string[] = [];
    const away = connecting(second, { clientId: 'away', clean: false });
    away.on('message', (topic, payload) => texts.push(`${topic}=${payload}`));
    await (await peer(second)).publishAsync('t', '5', { qos: 1 });
    while (texts.length < 5) await happens(away, 'message');
    expect(texts).toEqual(['t=1', 't=2', 't=3', 't=4', 't=5']);
    const reader = await peer(second);
    const retained = nextMessage(reader);
    await reader.subscribeAsync(['own', 'cleared', 'kept']);
    expect((await retained).topic).toBe('kept');
  });

  test('leaves out damaged records with one warning, and has all others', async () => {
    const { records } = memoryStorage();
    const first = await start(records);
    await makeAbsent(first);
    const sender = await peer(first);
    await sender.publishAsync('t', 'waits', { qos: 1, retain: true });
    await stop(first);
    const state = () => Object.fromEntries(kinds.map((kind) => [kind, [...records.load(`mqtt-${kind}`)]]));
    const before = state();
    const damaged = [
      ['session', 'x', Buffer.from('{"number":')],
      ['session', 'y', Buffer.from('null')],
      ['session', 'z', Buffer.from('{"number":7,"principal":{}}')],
      ['subscription', '1/a#', Buffer.of(1)],
      ['subscription', '1/a', Buffer.of(3)],
      ['message', '98', Buffer.of(0)],
      ['message', '99', Buffer.of(0, 9, 65)],
      ['queued', '1/98', Buffer.of(1)],
      ['queued', '1/x', Buffer.of(1, 0, 0, 1)],
      ['incoming', 'no session', Buffer.of()],
      ['retained', 'a', Buffer.of()],
      ['retained', 'b', Buffer.of(3, 1)],
    ] as const;
    await records.change(damaged.map(([kind, key, value]) => ({ kind: `mqtt-${kind}`, key, value })));
    const { logger, lines } = keepingLogger();
    const second = await start(records, { logger });
    const warning = { level: 'warn', facts: { records: damaged.length, kind: 'mqtt-session', key: 'x' } };
    expect(lines).toEqual([expect.objectContaining(warning)]);
    expect(state()).toEqual(before);
    const away = new RawPeer(second.port).send(lasting('away'));
    expect(
      Buffer.from(await away.bytes(4 + 12))
        .subarray(-5)
        .toString(),
    ).toBe('waits');
    away.socket.destroy();
  });

  test('counts again what it keeps', async () => {
    const { records } = memoryStorage();
    const bounds = { retained: 1, sessions: 1 };
    const first = await start(records, { bounds });
    await makeAbsent(first);
    await (await peer(first)).publishAsync('kept', 'yes', { qos: 1, retain: true });
    await stop(first);
    const second = await start(records, { bounds });
    const full = new RawPeer(second.port).send(connectPacket('c'), publishPacket('more', 'x', 0x31));
    expect(await full.closed()).toEqual(accepted);
    await makeAbsent(second, 'other');
    expect(await new RawPeer(second.port).send(lasting('away')).bytes(4)).toEqual(accepted);
  });

  test('takes no QoS 2 message twice, and releases those it sent', async () => {
    const { records } = memoryStorage();
    const first = await start(records);
    await makeAbsent(first);
    const sender = new RawPeer(first.port).send(lasting('sender'), publish(2, 7, 'once'));
    expect(await sender.bytes(8)).toEqual([...accepted, ...pubrec(7)]);
    await stop(first);
    const second = await start(records);
    const again = new RawPeer(second.port).send(lasting('sender'), publish(2, 7, 'once', 1));
    expect(await again.bytes(8)).toEqual([...resumed, ...pubrec(7)]);
    again.send(packet(0x62, [0, 7]));
    expect((await again.bytes(12)).slice(8)).toEqual(pubcomp(7));
    again.send(publish(2, 7, 'next'));
    expect((await again.bytes(16)).slice(12)).toEqual(pubrec(7));
    const away = new RawPeer(second.port).send(lasting('away'));
    const come = Buffer.from(await away.bytes(4 + 11 + 11));
    const [id = 0, next = 0] = [come.readUInt16BE(9), come.readUInt16BE(20)];
    expect([come[4], come.subarray(11, 15).toString()]).toEqual([0x34, 'once']);
    away.send(packet(0x50, [id >> 8, id & 255]));
    expect((await away.bytes(30)).slice(26)).toEqual([0x62, 2, id >> 8, id & 255]);
    await stop(second);
    const third = await start(records);
    const back = new RawPeer(third.port).send(lasting('away'));
    const last = Buffer.from(await back.bytes(4 + 4 + 11));
    expect([...last.subarray(4, 8)]).toEqual([0x62, 2, id >> 8, id & 255]);
    expect([last[8], last.readUInt16BE(13), last.subarray(15).toString()]).toEqual([0x3c, next, 'next']);
    for (const raw of [sender, again, away, back]) raw.socket.destroy();
  });

  test('knows nothing of a session that its client ended, nor of a filter that was refused', async () => {
    const { records } = memoryStorage();
    const first = await start(records);
    const raw = new RawPeer(first.port).send(lasting('c'), subscribe(1, 1, 't', '$SYS/#', 'x'));
    expect((await raw.bytes(11)).slice(4)).toEqual([0x90, 5, 0, 1, 1, 0x80, 1]);
    raw.send(packet(0xa2, [0, 2], field('x')));
    await raw.bytes(15);
    expect([...records.load('mqtt-subscription')].map(([key]) => key)).toEqual(['1/t']);
    raw.send(packet(0xe0));
    await raw.closed();
    expect(await new RawPeer(first.port).send(connectPacket('c')).bytes(4)).toEqual(accepted);
    await stop(first);
    expect(kinds.flatMap((kind) => [...records.load(`mqtt-${kind}`)])).toEqual([]);
  });
});

test('a QoS 2 message that comes twice at once is passed on once', async () => {
  const broker = await start(memoryStorage().records);
  const witness = await peer(broker);
  await witness.subscribeAsync('#', { qos: 1 });
  const texts: string[] = [];
  witness.on('message', (_topic, payload) => texts.push(String(payload)));
  const raw = new RawPeer(broker.port).send(connectPacket('c'));
  await raw.bytes(4);
  await raw.send(publish(2, 1, 'x'), publish(2, 1, 'x', 1)).closed();
  await witness.publishAsync('t', 'end', { qos: 1 });
  while (texts.at(-1) !== 'end') await happens(witness, 'message');
  expect(texts).toEqual(['x', 'end']);
});

test('a session is sent a retained message at QoS 2 as every other, in no queue', async () => {
  const broker = await start(memoryStorage().records);
  await (await peer(broker)).publishAsync('t', 'x', { qos: 2, retain: true });
  const raw = new RawPeer(broker.port).send(lasting('c'), subscribe(1, 2, 't'));
  const [high = 0, low = 0] = (await raw.bytes(17)).slice(14);
  raw.send(packet(0x50, [high, low]), packet(0xc0));
  expect(new Set((await raw.bytes(23)).slice(17))).toEqual(new Set([0x62, 2, high, low, 0xd0, 0]));
  raw.socket.destroy();
});

test('who comes back gets what waited before what is published meanwhile, each once', async () => {
  const broker = await start(memoryStorage().records);
  await makeAbsent(broker);
  const sender = await peer(broker);
  const send = (value: number) => sender.publishAsync('t', `${value}`, { qos: value % 2 === 0 ? 1 : 2 });
  for (let value = 0; value < 300; value++) await send(value);
  const later = Array.from({ length: 300 }, (_, index) => index + 300);
  const texts: number[] = [];
  const away = connecting(broker, { clientId: 'away', clean: false });
  away.on('message', (_topic, payload) => texts.push(Number(payload)));
  const sent = later.map(send);
  await Promise.all(sent);
  while (texts.length < 600) await happens(away, 'message');
  const ofQos = (rest: number) => texts.filter((value) => value % 2 === rest);
  const expected = (rest: number) => Array.from({ length: 300 }, (_, index) => 2 * index + rest);
  expect([ofQos(0), ofQos(1)]).toEqual([expected(0), expected(1)]);
});

describe('a store that fails', () => {
  const full = new WotError('unavailable', 'STORAGE_FULL', 'The storage has no room left; free some space.');

  async function retried(): Promise<void> {
    clock.advance(5000);
    await new Promise(setImmediate);
  }

  test('has nothing acknowledged that it must keep, all else goes on, and so does that when there is room [MQTT-4.8.0-2]', async () => {
    const { store } = slowStore();
    const broker = await start(store);
    await makeAbsent(broker);
    const witness = await peer(broker);
    await witness.publishAsync('r', 'x', { qos: 1, retain: true });
    await witness.subscribeAsync('t', { qos: 1 });
    store.failure = full;
    const texts: string[] = [];
    witness.on('message', (_topic, payload) => texts.push(String(payload)));
    for (const bytes of [publish(1, 1, 'first'), publish(1, 1, 'refused'), publish(2, 1, 'refused')]) {
      expect(await new RawPeer(broker.port).send(connectPacket('c'), bytes).closed()).toEqual(accepted);
    }
    for (const bytes of [subscribe(1, 1, 'x'), publish(2, 2, 'refused')]) {
      expect(await new RawPeer(broker.port).send(lasting('d'), bytes).closed()).toHaveLength(4);
    }
    expect(broker.fault()).toBe(full.message);
    await witness.publishAsync('elsewhere', 'goes on', { qos: 1 });
    witness.publish('r', '', { retain: true });
    witness.publish('t', 'goes on');
    while (texts.length < 2) await happens(witness, 'message');
    expect(texts).toEqual(['first', 'goes on']);
    expect([...store.load('mqtt-retained')]).toHaveLength(1);
    await retried();
    expect(broker.fault()).toBe(full.message);
    store.failure = undefined;
    await retried();
    await witness.publishAsync('t', 'again', { qos: 1 });
    expect(broker.fault()).toBeUndefined();
    expect([...store.load('mqtt-retained')]).toEqual([]);
    await stop(broker);
    const later = await start(store);
    const away = new RawPeer(later.port).send(lasting('away'));
    expect(Buffer.from(await away.bytes(4 + 12 + 12)).toString()).toMatch(/first.*again$/s);
    away.socket.destroy();
  });

  test('has a QoS 2 message that it could not keep acknowledged only when it is kept', async () => {
    const { store, waiting } = slowStore();
    const broker = await start(store);
    await makeAbsent(broker);
    store.held = true;
    const raw = new RawPeer(broker.port).send(lasting('c'), publish(2, 1, 'x'));
    while (waiting.length < 2) await new Promise(setImmediate);
    for (const write of waiting.splice(0)) write.fail(full);
    expect(await raw.closed()).toEqual(accepted);
    store.held = false;
    store.failure = full;
    expect(await new RawPeer(broker.port).send(lasting('c'), publish(2, 1, 'x', 1)).closed()).toEqual(
      resumed,
    );
    store.failure = undefined;
    await retried();
    const again = new RawPeer(broker.port).send(lasting('c'), publish(2, 1, 'x', 1));
    expect(await again.bytes(8)).toEqual([...resumed, ...pubrec(1)]);
    expect([...store.load('mqtt-queued')]).toHaveLength(1);
    again.socket.destroy();
  });

  test('is written what it does not have, and nothing else: large transactions need room', async () => {
    const { store } = slowStore();
    const broker = await start(store);
    const client = await peer(broker);
    const retain = (topic: string, text: string) =>
      client.publishAsync(topic, text, { qos: 1, retain: true });
    for (const topic of ['a', 'b', 'c']) await retain(topic, 'x');
    store.failure = full;
    client.publish('b', 'y', { qos: 0, retain: true });
    while (broker.fault() === undefined) await new Promise(setImmediate);
    store.failure = undefined;
    const written: string[] = [];
    const { change } = store;
    store.change = (changes) => {
      written.push(...changes.map(({ kind, key }) => `${kind} ${key}`));
      return change(changes);
    };
    await retried();
    expect([written, broker.fault()]).toEqual([['mqtt-retained b'], undefined]);
  });
});
