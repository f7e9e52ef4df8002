import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import type { BrokerOptions, EmbeddedBroker } from '../../src/bindings/mqtt/broker/embedded-broker.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import {
  connectPacket,
  field,
  packet,
  publishPacket,
  RawPeer,
  subscribePacket,
} from '../support/mqtt-bytes.ts';
import { happens } from '../support/mqtt-events.ts';
import { startTestBroker } from '../support/test-broker.ts';

const roomy = { messages: 1000, sessionBytes: 1e6, bytes: 1e6 };
const brokers: EmbeddedBroker[] = [];
const clients: MqttClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  for (const broker of brokers.splice(0)) await broker.stop();
});

async function start(options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
  const broker = await startTestBroker({
    maxPacket: 10_000,
    authenticate: async ({ secret }) => {
      if (secret === 'wrong') throw new WotError('unauthenticated', 'CREDENTIALS_WRONG', 'no');
      if (secret === 'broken') throw new Error('the store of passwords is away');
      return anonymous;
    },
    ...options,
  });
  brokers.push(broker);
  return broker;
}

async function peer(broker: EmbeddedBroker, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4, ...options });
  clients.push(client);
  await happens(client, 'connect');
  return client;
}

/** Subscribes and collects `topic=payload`; `until` waits for a message with this text. */
async function watch(client: MqttClient, filter: string) {
  const messages: string[] = [];
  client.on('message', (topic, payload) => messages.push(`${topic}=${payload}`));
  await client.subscribeAsync(filter, { qos: 1 });
  return {
    messages,
    async until(last: string) {
      while (messages.at(-1) !== last) await happens(client, 'message');
      return messages;
    },
  };
}

const accepted = [0x20, 2, 0, 0];
const refused = (code: number) => [0x20, 2, 0, code];

describe('connections', () => {
  test.each([
    ['an empty client id without a clean session', connectPacket('', 0), refused(2)],
    [
      'a client id that is not UTF-8 [MQTT-3.1.3-4]',
      connectPacket(Uint8Array.from([0x61, 0xff])),
      refused(2),
    ],
    ['wrong credentials', connectPacket('c', 0xc2, 4, field('me'), field('wrong')), refused(5)],
    [
      'credentials that cannot be checked',
      connectPacket('c', 0xc2, 4, field('me'), field('broken')),
      refused(3),
    ],
    [
      'a user name with NUL [MQTT-3.1.3-11]',
      connectPacket('c', 0xc2, 4, field('m\0e'), field('right')),
      refused(4),
    ],
    ['MQTT 5', connectPacket('c', 2, 5), refused(1)],
    ['a will with a wildcard', connectPacket('c', 6, 4, field('w/#'), field('gone')), []],
    ['a packet before CONNECT', publishPacket('a', 'b'), []],
  ])('%s is refused', async (_what, bytes, answer) => {
    const raw = new RawPeer((await start()).port).send(bytes);
    expect(await raw.closed()).toEqual(answer);
  });

  test('right credentials, and none, are accepted', async () => {
    const broker = await start();
    for (const bytes of [connectPacket('c', 0xc2, 4, field('me'), field('right')), connectPacket('d')]) {
      const raw = new RawPeer(broker.port).send(bytes);
      expect(await raw.bytes(4)).toEqual(accepted);
      raw.socket.destroy();
    }
  });

  test('lasting sessions are counted, known ones come back', async () => {
    const broker = await start({ bounds: { sessions: 1 } });
    const first = new RawPeer(broker.port).send(connectPacket('one', 0));
    expect(await first.bytes(4)).toEqual(accepted);
    expect(await new RawPeer(broker.port).send(connectPacket('two', 0)).closed()).toEqual(refused(3));
    const again = await new RawPeer(broker.port).send(connectPacket('one', 0)).bytes(4);
    expect(again).toEqual([0x20, 2, 1, 0]); // session present
    await first.closed();
  });
});

describe('what clients may hold', () => {
  test('$SYS, and more filters than allowed, are not granted', async () => {
    const broker = await start({ bounds: { subscriptions: 1 } });
    const raw = new RawPeer(broker.port).send(connectPacket('c'), subscribePacket('$SYS/#'));
    const notGranted = [0x90, 3, 0, 1, 0x80];
    expect(await raw.bytes(9)).toEqual([...accepted, ...notGranted]);
    raw.send(subscribePacket('a'));
    await raw.bytes(14);
    raw.send(subscribePacket('b'));
    expect((await raw.bytes(19)).slice(9)).toEqual([0x90, 3, 0, 1, 0, ...notGranted]);
    raw.socket.destroy();
  });

  test('lasting subscriptions count before they are written, long filters as several', async () => {
    const broker = await start({ bounds: { subscriptions: 3 } });
    const many = ['a', 'b', 'c', 'd'].flatMap((filter) => [field(filter), [1]]);
    const raw = new RawPeer(broker.port).send(connectPacket('c', 0), packet(0x82, [0, 1], ...many));
    expect((await raw.bytes(12)).slice(-4)).toEqual([1, 1, 1, 0x80]);
    const long = ['a'.repeat(600), 'b'].flatMap((filter) => [field(filter), [0]]);
    const other = new RawPeer(broker.port).send(connectPacket('d'), packet(0x82, [0, 1], ...long));
    expect((await other.bytes(10)).slice(-2)).toEqual([0, 0x80]);
    for (const { socket } of [raw, other]) socket.destroy();
  });

  test('retained messages are bounded by number and bytes; one that is cleared makes room', async () => {
    const broker = await start({ bounds: { retained: 2, retainedBytes: 100 } });
    const keep = (topic: string, payload: string) => publishPacket(topic, payload, 0x31);
    const tooMany = [keep('a', '1'), keep('b', '2'), keep('c', '3')];
    for (const packets of [tooMany, [keep('a', 'x'.repeat(100))]]) {
      expect(await new RawPeer(broker.port).send(connectPacket('c'), ...packets).closed()).toEqual(accepted);
    }
    const client = await peer(broker);
    await client.publishAsync('a', '', { retain: true, qos: 1 });
    await client.publishAsync('c', '3', { retain: true, qos: 1 });
    const { until } = await watch(client, '#');
    expect(new Set(await until('c=3'))).toEqual(new Set(['b=2', 'c=3']));
  });

  test('the queue of an absent client is bounded, what fits is delivered in order', async () => {
    const dropped: unknown[] = [];
    const logger = { ...silentLogger, warn: (_message: string, facts: unknown) => dropped.push(facts) };
    const broker = await start({ bounds: { queues: { ...roomy, messages: 3 } }, logger });
    const away = await peer(broker, { clientId: 'away', clean: false });
    await away.subscribeAsync('q/#', { qos: 1 });
    await away.endAsync();
    const sender = await peer(broker);
    for (let count = 1; count <= 5; count++) await sender.publishAsync('q/1', String(count), { qos: 1 });

    const back = connect(`mqtt://127.0.0.1:${broker.port}`, {
      protocolVersion: 4,
      clientId: 'away',
      clean: false,
    });
    clients.push(back);
    const messages: string[] = [];
    back.on('message', (_topic, payload) => messages.push(String(payload)));
    while (messages.length < 3) await happens(back, 'message');
    expect(dropped).toEqual([{ clientId: 'away' }]);
    await sender.publishAsync('q/1', 'last', { qos: 1 });
    while (messages.at(-1) !== 'last') await happens(back, 'message');
    expect(messages).toEqual(['1', '2', '3', 'last']);
  });
});

test('messages that overtake each other in the store are not lost', async () => {
  const broker = await start();
  const witness = await watch(await peer(broker), 'o/#');
  const sender = await peer(broker);
  for (let count = 0; count < 50; count++) {
    sender.publish('o/retained', 'x', { retain: true });
    sender.publish('o/qos1', 'x', { qos: 1 });
    sender.publish('o/qos0', 'x');
  }
  sender.publish('o/qos1', 'end', { qos: 1 });
  expect(await witness.until('o/qos1=end')).toHaveLength(151);
});

test('a burst behind a message that is being stored does not overflow the stack', async () => {
  const broker = await start({ maxPacket: 1_000_000 });
  const witness = await watch(await peer(broker), 'last');
  const burst = Array.from({ length: 20_000 }, () => publishPacket('b', ''));
  const raw = new RawPeer(broker.port).send(connectPacket('c'));
  await raw.bytes(4);
  raw.send(publishPacket('b', 'x', 0x31), ...burst, publishPacket('last', 'yes'));
  expect(await witness.until('last=yes')).toEqual(['last=yes']);
  raw.socket.destroy();
});

test('a subscriber that does not read holds up nobody, and is cut', async () => {
  const broker = await start({ bounds: { backlog: 100_000 } });
  const frozen = new RawPeer(broker.port).send(connectPacket('frozen'), subscribePacket('#'));
  await frozen.bytes(9);
  frozen.socket.pause();
  const witness = await watch(await peer(broker), 'last');
  const sender = await peer(broker);
  // Far more than the buffers of both ends of a loopback connection take.
  for (let count = 0; count < 3000; count++) sender.publish('fill', Buffer.alloc(9000));
  await sender.publishAsync('last', 'yes', { qos: 1 });
  expect(await witness.until('last=yes')).toEqual(['last=yes']);
  frozen.socket.resume();
  await frozen.closed();
});

describe('QoS 2 messages that their publisher does not release', () => {
  const exactlyOnce = (id: number) => packet(0x34, field('q'), [0, id], Buffer.from('x'));
  const received = (id: number) => [0x50, 2, 0, id];
  const incoming = { client: 1, all: 2 };

  test('are bounded for each client', async () => {
    const broker = await start({ bounds: { incoming } });
    const raw = new RawPeer(broker.port).send(connectPacket('c'), exactlyOnce(1));
    expect(await raw.bytes(8)).toEqual([...accepted, ...received(1)]);
    raw.send(exactlyOnce(2));
    expect(await raw.closed()).toEqual([...accepted, ...received(1)]);
  });

  test('are bounded in all, and make room when they are released or their session ends', async () => {
    const broker = await start({ bounds: { incoming: { client: 2, all: 2 } } });
    const first = new RawPeer(broker.port).send(connectPacket('a'), exactlyOnce(1), exactlyOnce(2));
    await first.bytes(12);
    const refusedPeer = new RawPeer(broker.port).send(connectPacket('b'), exactlyOnce(1));
    expect(await refusedPeer.closed()).toEqual(accepted);
    const released = [0x70, 2, 0, 1];
    first.send(packet(0x62, [0, 1]), exactlyOnce(3));
    expect((await first.bytes(20)).slice(12)).toEqual([...released, ...received(3)]);
    first.socket.destroy();
    const witness = await peer(broker);
    for (let tries = 0; ; tries++) {
      const next = new RawPeer(broker.port).send(connectPacket('d'), exactlyOnce(1));
      if ((await Promise.race([next.bytes(8), next.closed()])).length === 8) break;
      expect(tries).toBeLessThan(100);
      await witness.publishAsync('wait', 'a turn', { qos: 1 });
    }
  });
});

test('a full broker forgets the session absent longest; who is not let in forgets nobody’s', async () => {
  const broker = await start({ bounds: { sessions: 1 } });
  const away = await peer(broker, { clientId: 'away', clean: false });
  await away.subscribeAsync('q', { qos: 1 });
  await away.endAsync();
  const stranger = connectPacket('away', 0xc2, 4, field('me'), field('wrong'));
  expect(await new RawPeer(broker.port).send(stranger).closed()).toEqual(refused(5));
  const back = new RawPeer(broker.port).send(connectPacket('away', 0));
  expect(await back.bytes(4)).toEqual([0x20, 2, 1, 0]); // session present
  back.socket.destroy();
  await back.closed();
  const next = new RawPeer(broker.port);
  // The broker may not have noticed yet that the other one is gone.
  let answer = await next.send(connectPacket('next', 0)).bytes(4);
  for (let tries = 0; answer[3] === 3 && tries < 100; tries++) {
    answer = await new RawPeer(broker.port).send(connectPacket('next', 0)).bytes(4);
  }
  expect(answer).toEqual(accepted);
});
