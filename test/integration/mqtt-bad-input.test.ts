import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { createServient, http, mqtt, type Servient } from 'thingwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { websocketStream } from '../../src/bindings/mqtt/broker/connection/websocket-stream.ts';
import { makeCertificate } from '../support/certificate.ts';
import { keepingLogger } from '../support/logged.ts';
import {
  connectPacket,
  field,
  packet,
  publishPacket,
  RawPeer,
  subscribePacket,
} from '../support/mqtt-bytes.ts';
import { needs } from '../support/system-parts.ts';

const parts = needs('openssl');
const { logger, lines } = keepingLogger();
const accepted = [0x20, 2, 0, 0];
let servient: Servient;
let bystander: RawPeer;

beforeAll(async () => {
  const tls = parts.missing ? {} : { tls: { ...makeCertificate(), port: 0 } };
  const bindings = [http({ port: 0 }), mqtt({ broker: 'embedded', port: 0, websocket: true, ...tls })];
  servient = createServient({ bindings, logger });
  await servient.start();
  bystander = new RawPeer(portOf('mqtt')).send(connectPacket('bystander'), subscribePacket('by/#'));
  await bystander.bytes(9);
});

afterAll(() => servient.stop());

afterEach(async () => {
  const before = bystander.count;
  const message = publishPacket('by/x', 'served');
  const received = await bystander.send(message).bytes(before + message.length);
  expect(Buffer.from(received.slice(before))).toEqual(message);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const addressOf = (scheme: string) =>
  servient.addresses.find((address) => address.startsWith(`${scheme}:`)) ?? '';
const portOf = (scheme: string) => Number(new URL(addressOf(scheme)).port);

/** How to come to the broker. */
const transports: readonly (() => Promise<RawPeer>)[] = [
  async () => new RawPeer(portOf('mqtt')),
  async () => {
    const socket = new WebSocket(addressOf('ws'), 'mqtt');
    await once(socket, 'open');
    return new RawPeer(websocketStream(socket));
  },
  ...(parts.missing
    ? []
    : [
        async () =>
          new RawPeer(connectTls({ host: '127.0.0.1', port: portOf('mqtts'), rejectUnauthorized: false })),
      ]),
];

async function connected(open = transports[0]): Promise<RawPeer> {
  const peer = (await (open as () => Promise<RawPeer>)()).send(connectPacket('bad'));
  expect(await peer.bytes(4)).toEqual(accepted);
  return peer;
}

const overlong = Uint8Array.of(0x61, 0xc0, 0x80);
const surrogate = Uint8Array.of(0xed, 0xa0, 0x80);
const cut = Uint8Array.of(0xe2, 0x82);
const deep = 'a/'.repeat(32);
const filters = (count: number) => packet(0x82, [0, 1], ...Array(count).fill([0, 1, 0x61, 0]));

describe(`what ends a connection, and it alone${parts.note}`, () => {
  test.each([
    ['200 MB declared', Uint8Array.of(0x30, 0x80, 0x84, 0xaf, 0x5f)],
    ['a length of five bytes', Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 1)], // section 2.2.3
    ['an unknown packet type', packet(0x00)],
    ['another unknown packet type', packet(0xf0)],
    ['a packet that only servers send', packet(0x20, [0, 0])],
    ['a second CONNECT [MQTT-3.1.0-2]', connectPacket('again')],
    [
      'reserved bits in SUBSCRIBE [MQTT-2.2.2-1, MQTT-2.2.2-2, MQTT-3.8.1-1]',
      packet(0x83, [0, 1], field('a'), [0]),
    ],
    ['reserved bits in PUBREL [MQTT-3.6.1-1]', packet(0x60, [0, 1])],
    ['reserved bits in PUBACK', packet(0x41, [0, 1])],
    ['reserved bits in PINGREQ', packet(0xc1)],
    ['reserved bits in UNSUBSCRIBE [MQTT-3.10.1-1]', packet(0xa0, [0, 1], field('a'))],
    ['reserved bits in DISCONNECT [MQTT-3.14.1-1]', packet(0xe1)],
    ['QoS 3 [MQTT-3.3.1-4]', packet(0x36, field('a'), [0, 1])],
    ['DUP with QoS 0 [MQTT-3.3.1-2]', publishPacket('a', 'x', 0x38)],
    ['an overlong code in a topic name [MQTT-1.5.3-1, MQTT-3.3.2-1]', publishPacket(overlong, 'x')],
    ['a surrogate in a topic name', publishPacket(surrogate, 'x')],
    ['a topic name that breaks off', publishPacket(cut, 'x')],
    ['NUL in a topic name [MQTT-1.5.3-2, MQTT-4.7.3-2]', publishPacket('a\0b', 'x')],
    ['an overlong code in a topic filter [MQTT-3.8.3-1]', subscribePacket(overlong)],
    ['a surrogate in a topic filter', subscribePacket(surrogate)],
    ['NUL in a topic filter', subscribePacket('a\0')],
    ['a surrogate in a filter to unsubscribe [MQTT-3.10.3-1]', packet(0xa2, [0, 1], field(surrogate))],
    ['an empty topic name [MQTT-4.7.3-1]', publishPacket('', 'x')],
    ['an empty topic filter', subscribePacket('')],
    ['a wildcard in a topic name [MQTT-3.3.2-2, MQTT-4.7.1-1]', publishPacket('a/+', 'x')],
    ['all topics as a topic name', publishPacket('#', 'x')],
    ['publishing to $SYS', publishPacket('$SYS/x', 'x')],
    ['a malformed topic filter [MQTT-4.7.1-2]', subscribePacket('a/#/b')],
    ['half a level of wildcard [MQTT-4.7.1-3]', subscribePacket('a+/b')],
    ['33 levels in a topic name', publishPacket(deep, 'x')],
    ['33 levels in a topic filter', subscribePacket(deep)],
    ['33 levels to unsubscribe', packet(0xa2, [0, 1], field(deep))],
    ['packet identifier 0 of QoS 1 [MQTT-2.3.1-1]', packet(0x32, field('a'), [0, 0])],
    ['packet identifier 0 of QoS 2', packet(0x34, field('a'), [0, 0])],
    ['packet identifier 0 of SUBSCRIBE', packet(0x82, [0, 0], field('a'), [0])],
    ['packet identifier 0 of UNSUBSCRIBE', packet(0xa2, [0, 0], field('a'))],
    ['SUBSCRIBE without filters [MQTT-3.8.3-3]', packet(0x82, [0, 1])],
    ['UNSUBSCRIBE without filters [MQTT-3.10.3-2]', packet(0xa2, [0, 1])],
    ['SUBSCRIBE without its QoS', packet(0x82, [0, 1], field('a'))],
    ['SUBSCRIBE with QoS 3 [MQTT-3-8.3-4]', packet(0x82, [0, 1], field('a'), [3])],
    ['more filters than one packet may have', filters(2001)],
    ['PUBLISH shorter than its topic name [MQTT-4.8.0-1]', packet(0x30, [0, 9, 0x61])],
    ['PUBLISH without its packet identifier', packet(0x32, field('a'))],
    ['PUBACK without its packet identifier', packet(0x40)],
    ['PUBREL with more than its packet identifier', packet(0x62, [0, 1, 0])],
    ['PINGREQ with a payload', packet(0xc0, [0])],
    ['DISCONNECT with a payload', packet(0xe0, [0])],
  ])('%s', async (_what, bytes) => {
    for (const open of transports) {
      const peer = await connected(open);
      expect(await peer.send(bytes).closed()).toEqual(accepted);
    }
  });
});

describe('a CONNECT that is not answered but by the end', () => {
  const connecting = (flags: number, ...payload: readonly Uint8Array[]) =>
    connectPacket('bad', flags, 4, ...payload);
  test.each([
    ['a reserved flag [MQTT-3.1.2-3]', connecting(0x03)],
    ['a will with QoS 3 [MQTT-3.1.2-14]', connecting(0x1e, field('w'), field('x'))],
    ['a QoS without a will [MQTT-3.1.2-13]', connecting(0x0a)],
    ['a retain flag without a will [MQTT-3.1.2-15]', connecting(0x22)],
    ['a password without a user name [MQTT-3.1.2-22]', connecting(0x42, field('secret'))],
    ['a user name that is not there [MQTT-3.1.4-1]', connecting(0x82)],
    [
      'more than its flags announce [MQTT-3.1.2-11, MQTT-3.1.2-18, MQTT-3.1.2-20]',
      connecting(0x02, field('more')),
    ],
    ['another protocol name [MQTT-3.1.2-1]', packet(0x10, field('HTTP'), [4, 2, 0, 30], field('bad'))],
    ['MQTT 3.1', packet(0x10, field('MQIsdp'), [3, 2, 0, 30], field('bad'))],
    ['a surrogate in the will topic [MQTT-3.1.3-10]', connecting(0x06, field(surrogate), field('x'))],
    ['a will to $SYS [MQTT-3.2.2-6]', connecting(0x06, field('$SYS/x'), field('x'))],
    ['a will to a wildcard', connecting(0x06, field('w/#'), field('x'))],
    ['a will 33 levels deep', connecting(0x06, field(deep), field('x'))],
  ])('%s', async (_what, bytes) => {
    for (const open of transports) expect(await (await open()).send(bytes).closed()).toEqual([]);
  });
});

describe('what ends nothing', () => {
  const released = (id: number) => [0x70, 2, 0, id];
  test.each([
    ['PUBACK for what was never sent', packet(0x40, [0, 7]), []],
    ['PUBREC for what was never sent', packet(0x50, [0, 7]), [0x62, 2, 0, 7]],
    ['PUBREL for what never came', packet(0x62, [0, 7]), released(7)], // section 4.3.3
    ['PUBCOMP for what was never sent', packet(0x70, [0, 7]), []],
    ['a stale DUP with QoS 1', packet(0x3a, field('a'), [0, 7]), [0x40, 2, 0, 7]],
    ['a stale DUP with QoS 2', packet(0x3c, field('a'), [0, 7]), [0x50, 2, 0, 7]],
    [
      'the end of a subscription that never was [MQTT-3.10.4-5]',
      packet(0xa2, [0, 7], field('x')),
      [0xb0, 2, 0, 7],
    ],
    [
      'the subscription of $SYS, which is not granted [MQTT-3.9.3-2]',
      subscribePacket('$SYS/#'),
      [0x90, 3, 0, 1, 0x80],
    ],
    ['a shared subscription of MQTT 5', subscribePacket('$share/a/b'), [0x90, 3, 0, 1, 0x80]],
  ])('%s', async (_what, bytes, answer) => {
    for (const open of transports) {
      const peer = await connected(open);
      const answered = [...accepted, ...answer];
      expect(await peer.send(bytes).bytes(answered.length)).toEqual(answered);
      const alive = [...answered, 0xd0, 0];
      expect(await peer.send(packet(0xc0)).bytes(alive.length)).toEqual(alive);
      peer.socket.destroy();
    }
  });

  test('U+FEFF in a topic name, which stays there [MQTT-1.5.3-3]', async () => {
    const peer = await connected();
    const message = publishPacket('\uFEFFa', 'x');
    peer.send(subscribePacket('\uFEFFa'), message);
    expect(Buffer.from((await peer.bytes(9 + message.length)).slice(9))).toEqual(message);
    peer.socket.destroy();
  });

  test('a thousand filters in one packet, of which each has its answer', async () => {
    const peer = await connected();
    const each = Array.from({ length: 1001 }, (_, index) => [field(`f/${index}`), [0]]).flat();
    const granted = (await peer.send(packet(0x82, [0, 1], ...each)).bytes(4 + 3 + 2 + 1001)).slice(-1001);
    expect(granted).toEqual([...Array(1000).fill(0), 0x80]); // one more than a client may have
    peer.socket.destroy();
  });

  test.each(['x'.repeat(65_535), `${'x'.repeat(65_533)}/+`])(
    'a topic filter of 65,535 bytes',
    async (filter) => {
      const peer = await connected();
      peer.send(Uint8Array.of(0x82, 0x84, 0x80, 0x04, 0, 1), field(filter), Uint8Array.of(0), packet(0xc0));
      expect([...(await peer.bytes(11))].slice(4)).toEqual(
        expect.arrayContaining([0x90, 3, 0, 1, 0, 0xd0, 0]),
      );
      peer.socket.destroy();
    },
  );

  test('hundreds of packets that come at once with CONNECT', async () => {
    const early = Array.from({ length: 500 }, () => publishPacket('a', 'x'));
    const peer = new RawPeer(portOf('mqtt')).send(connectPacket('eager'), ...early, packet(0xc0));
    expect(await peer.bytes(6)).toEqual([...accepted, 0xd0, 0]);
    peer.socket.destroy();
  });

  test('a topic name of 65,535 bytes [MQTT-4.7.3-3]', async () => {
    const peer = await connected();
    const topic = field('x'.repeat(65_535));
    peer.send(Uint8Array.of(0x30, 0x81, 0x80, 0x04), topic, packet(0xc0));
    expect((await peer.bytes(6)).slice(4)).toEqual([0xd0, 0]);
    peer.socket.destroy();
  });
});

test('packets that never become whole are bounded in bytes, whatever pieces they come in', async () => {
  // The limit of an address is 16 MiB, each takes 1 MiB.
  const peers = Array.from({ length: 20 }, () => new RawPeer(portOf('mqtt')));
  let closed = 0;
  const refused = new Promise<void>((resolve) => {
    for (const [index, peer] of peers.entries()) {
      peer.send(connectPacket(`large-${index}`), Uint8Array.of(0x30, 0x80, 0x80, 0x44));
      peer.socket.write(Buffer.alloc(1024 * 1024));
      void peer.closed().then(() => ++closed === 4 && resolve());
    }
  });
  await refused;
  for (const { socket } of peers) socket.destroy();
  // What they held is free again: a large packet goes through.
  const peer = await connected();
  peer.send(
    Uint8Array.of(0x30, 0x80, 0x80, 0x40),
    field('large'),
    Buffer.alloc(1024 * 1024 - 7),
    packet(0xc0),
  );
  expect((await peer.bytes(6)).slice(4)).toEqual([0xd0, 0]);
  peer.socket.destroy();
});

test('WebSocket messages that never become whole are bounded in bytes', async () => {
  const sockets = Array.from({ length: 24 }, () => new WebSocket(addressOf('ws'), 'mqtt'));
  let closed = 0;
  const refused = new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => ++closed === 4 && resolve());
      socket.on('open', () => {
        socket.send(connectPacket(''));
        socket.send(Buffer.alloc(1024 * 1024), { fin: false });
      });
    }
  });
  await refused;
  for (const socket of sockets) socket.terminate();
});

test('a client id that many take over from each other is the last one’s', async () => {
  const peers = Array.from({ length: 100 }, () => new RawPeer(portOf('mqtt')).send(connectPacket('same')));
  const last = peers.at(-1) as RawPeer;
  await Promise.all(peers.slice(0, -1).map((peer) => peer.closed()));
  expect(await last.send(packet(0xc0)).bytes(6)).toEqual([...accepted, 0xd0, 0]);
  last.socket.destroy();
});

test('clients that come and go at once leave nothing behind', async () => {
  for (let round = 0; round < 5; round++) {
    const peers = Array.from({ length: 100 }, (_, index) =>
      new RawPeer(portOf('mqtt')).send(connectPacket(`storm-${index}`), subscribePacket('s'), packet(0xe0)),
    );
    await Promise.all(peers.map((peer) => peer.closed()));
  }
  // The broker may not have noticed yet that the last ones are gone.
  for (let tries = 0, open = ''; open !== '1'; tries++) {
    const page = await (await fetch(`${addressOf('http')}/metrics`)).text();
    open = page.match(/^thingwright_mqtt_connections (\d+)$/m)?.[1] ?? '';
    expect(tries).toBeLessThan(100);
  }
});
