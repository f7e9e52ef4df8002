import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { type BindingHost, createServient, http, type MqttOptions, mqtt, mqttClient } from 'thingwright';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { websocketStream } from '../../src/bindings/mqtt/broker/connection/websocket-stream.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  connectPacket,
  field,
  packet,
  publishPacket,
  RawPeer,
  subscribePacket,
} from '../support/mqtt-bytes.ts';
import { nextMessage } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

type Listening = Omit<MqttOptions, 'broker'>;

/** A servient with a broker that listens so; `asked` has what clients proved. */
async function start(options: Listening, httpOptions: Parameters<typeof http>[0] = {}) {
  const asked: string[] = [];
  const servient = createServient({
    bindings: [http({ port: 0, ...httpOptions }), mqtt({ broker: 'embedded', port: 0, ...options })],
    authenticate({ peer }: Parameters<BindingHost['authenticate']>[0]) {
      const name = peer ? `${peer.scheme}:${'name' in peer ? peer.name : ''}` : 'anonymous';
      asked.push(name);
      return { name, roles: [] };
    },
  });
  cleanups.push(() => servient.stop());
  await servient.start();
  const address = (scheme: string) => servient.addresses.find((each) => each.startsWith(`${scheme}:`)) ?? '';
  return { servient, asked, address, port: (scheme: string) => Number(new URL(address(scheme)).port) };
}

async function join(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
  cleanups.push(() => client.endAsync(true));
  return client;
}

const parts = needs('openssl');

describe.skipIf(parts.missing)(`TLS${parts.note}`, () => {
  const server = parts.missing ? { key: '', cert: '' } : makeCertificate();
  const valve = parts.missing ? { key: '', cert: '' } : makeCertificate('valve-1');
  const trusting = { ca: [server.cert] };
  const known = { ...trusting, ...valve };
  const mutual = { ...server, ca: valve.cert, port: 0 };

  test('all listeners have one broker; a secured address goes first and is that of the forms [MQTT-7.1.1-1]', async () => {
    const { servient, address } = await start({ tls: { ...server, port: 0 }, websocket: true });
    const schemes = servient.addresses.map((each) => each.slice(0, each.indexOf(':')));
    expect(schemes).toEqual(['http', 'mqtts', 'mqtt', 'ws']);
    expect(address('ws')).toBe(`${address('http').replace('http', 'ws')}/mqtt`);
    const thing = await servient.expose({
      td: { title: 'Box', properties: { text: { type: 'string' } } },
      options: {},
      handlers: () => ({ properties: { text: { initial: 'x' } } }),
    });
    const hrefs = thing.td().properties?.['text']?.forms?.map(({ href }) => href);
    expect(hrefs).toContain(address('mqtts'));
    expect(hrefs).not.toContain(address('mqtt'));
    const others = await Promise.all(['mqtts', 'mqtt', 'ws'].map((each) => join(address(each), trusting)));
    await Promise.all(others.map((each) => each.subscribeAsync('a')));
    const heard = others.map(nextMessage);
    await others[0]?.publishAsync('a', 'b');
    for (const { text } of await Promise.all(heard)) expect(text).toBe('b');
  });

  test('a client certificate is who its owner is, also where TLS sessions are resumed', async () => {
    const { asked, port } = await start({ port: false, tls: mutual });
    const to = { host: '127.0.0.1', port: port('mqtts'), ...known };
    let session: Buffer | undefined;
    for (const maxVersion of ['TLSv1.3', 'TLSv1.3', 'TLSv1.2', 'TLSv1.2'] as const) {
      const socket = connectTls({ ...to, maxVersion, ...(session && { session }) });
      socket.on('session', (given) => {
        session = given;
      });
      const peer = new RawPeer(socket).send(connectPacket('c'));
      expect((await peer.bytes(4))[3]).toBe(0);
      socket.destroy();
    }
    expect(asked).toEqual(Array(4).fill('cert:valve-1'));
  });

  test.each([
    ['no certificate', {}],
    ['a certificate of nobody known', server],
  ])('with %s nobody gets in where certificates are asked for', async (_what, shown) => {
    const { asked, address, port } = await start({ tls: mutual });
    const socket = connectTls({ host: '127.0.0.1', port: port('mqtts'), ...trusting, ...shown });
    expect(await new RawPeer(socket).send(connectPacket('c')).closed()).toEqual([]);
    await join(address('mqtts'), known);
    expect(asked).toEqual(['cert:valve-1']);
  });

  test('TLS before 1.2 is refused', async () => {
    const { port } = await start({ tls: { ...server, port: 0 } });
    const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connectTls({ host: '127.0.0.1', port: port('mqtts'), ...trusting, ...versions });
    const [error] = await once(socket, 'error');
    expect(error.code).toMatch(/PROTOCOL_VERSION/);
  });

  test('only a listener whose callers are all known is bound beyond loopback', async () => {
    const open = { host: '0.0.0.0', port: false, tls: { ...server, port: 0 } } as const;
    expect(await failureOf(() => start(open))).toMatch(/^forbidden OPEN_BIND_REFUSED/);
    const both = { host: '0.0.0.0', tls: mutual };
    expect(await failureOf(() => start(both))).toMatch(/^forbidden OPEN_BIND_REFUSED/);
    const { address, port } = await start({ ...both, port: false });
    expect(address('mqtts')).not.toContain('0.0.0.0');
    await join(`mqtts://127.0.0.1:${port('mqtts')}`, known);
  });

  test('handshakes under way are bounded; plain MQTT goes on, and they do not hold up a stop', async () => {
    const { servient, address, port } = await start({ tls: { ...server, port: 0 } });
    const stall = async (localAddress = '127.0.0.1') => {
      const socket = connectTcp({ port: port('mqtts'), host: '127.0.0.1', localAddress }).resume();
      cleanups.push(() => socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    const stalled = await Promise.all(Array.from({ length: 63 }, () => stall()));
    // Those that are through take no place.
    for (let count = 0; count < 3; count++) await join(address('mqtts'), trusting);
    await stall();
    await once(await stall(), 'close');
    // One address has a quarter of the places.
    for (const last of [2, 3, 4]) {
      stalled.push(...(await Promise.all(Array.from({ length: 64 }, () => stall(`127.0.0.${last}`)))));
    }
    await once(await stall('127.0.0.5'), 'close');
    expect(stalled.filter(({ closed }) => closed)).toEqual([]);
    await join(address('mqtt'));
    await servient.stop();
  });

  test('a port that is taken is named with its protocol', async () => {
    const { port } = await start({ tls: { ...server, port: 0 } });
    const taken = { tls: { ...server, port: port('mqtts') } };
    expect(await failureOf(() => start(taken))).toMatch(
      /^unavailable ADDRESS_IN_USE: MQTTS port \d+ .*--mqtts/,
    );
  });

  test('MQTT over WebSocket goes over TLS with its HTTP server', async () => {
    const { address } = await start({ websocket: true }, { tls: server });
    const client = await join(address('wss'), trusting);
    await client.subscribeAsync('a');
    const heard = nextMessage(client);
    await client.publishAsync('a', 'x'.repeat(200_000));
    expect((await heard).text).toHaveLength(200_000);
  });
});

describe('MQTT over WebSocket', () => {
  const accepted = [0x20, 2, 0, 0];

  async function open(url: string): Promise<{ socket: WebSocket; peer: RawPeer }> {
    const socket = new WebSocket(url, 'mqtt');
    cleanups.push(() => socket.terminate());
    const peer = new RawPeer(websocketStream(socket));
    await once(socket, 'open');
    expect(socket.protocol).toBe('mqtt');
    return { socket, peer };
  }

  async function connected(url: string) {
    const opened = await open(url);
    opened.socket.send(connectPacket('c'));
    expect(await opened.peer.bytes(4)).toEqual(accepted);
    return opened;
  }

  test('packets may span frames and share them, and pings are answered between [MQTT-6.0.0-2, MQTT-6.0.0-4]', async () => {
    const { address } = await start({ websocket: true });
    const { socket, peer } = await open(address('ws'));
    const bytes = Buffer.concat([connectPacket('c'), subscribePacket('a'), publishPacket('a', 'b')]);
    for (const byte of bytes.subarray(0, 20)) socket.send(Uint8Array.of(byte));
    socket.ping();
    await once(socket, 'pong');
    socket.send(bytes.subarray(20, 25), { fin: false });
    socket.send(bytes.subarray(25, 26), { fin: false });
    socket.send(bytes.subarray(26));
    const answer = [...accepted, 0x90, 3, 0, 1, 0, ...publishPacket('a', 'b')];
    expect(await peer.bytes(answer.length)).toEqual(answer);
  });

  test.each([
    ['a text frame [MQTT-6.0.0-1]', (socket: WebSocket) => socket.send('text'), 1005],
    ['a message over the limit', (socket: WebSocket) => socket.send(Buffer.alloc(4 * 1024 * 1024)), 1009],
    ['a packet over the limit', (socket: WebSocket) => socket.send(Buffer.from('30ffffff7f', 'hex')), 1005],
    ['a second CONNECT', (socket: WebSocket) => socket.send(connectPacket('c')), 1005],
    ['a DISCONNECT', (socket: WebSocket) => socket.send(packet(0xe0)), 1005],
  ])('%s closes it, and the broker goes on', async (_what, send, code) => {
    const { address } = await start({ websocket: true });
    const { socket } = await connected(address('ws'));
    const closed = once(socket, 'close');
    send(socket);
    expect((await closed)[0]).toBe(code);
    await connected(address('ws'));
  });

  test('a handshake without the subprotocol is refused [MQTT-6.0.0-3]', async () => {
    const { address } = await start({ websocket: true });
    for (const protocols of [[], ['mqttv3.1']]) {
      const socket = new WebSocket(address('ws'), protocols);
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      expect(response.statusCode).toBe(400);
      socket.terminate();
    }
  });

  test('a subscriber that does not read is cut, and holds up nobody', async () => {
    const { address } = await start({ websocket: true });
    const { socket } = await connected(address('ws'));
    socket.send(subscribePacket('#'));
    await once(socket, 'message');
    socket.pause();
    const witness = await join(address('mqtt'));
    await witness.subscribeAsync('last');
    const heard = nextMessage(witness);
    // More than the broker's bound, 8 MiB, and the buffers of both ends of a loopback connection.
    for (let count = 0; count < 40; count++) witness.publish('fill', Buffer.alloc(1024 * 1024));
    await witness.publishAsync('last', 'yes', { qos: 1 });
    expect((await heard).text).toBe('yes');
    const closed = once(socket, 'close');
    socket.resume();
    expect((await closed)[0]).toBe(1006);
  });

  test('a will is published when the WebSocket breaks, not when it takes leave', async () => {
    const { address } = await start({ websocket: true });
    const witness = await join(address('mqtt'));
    await witness.subscribeAsync('w/#');
    const heard = nextMessage(witness);
    for (const end of ['leaves', 'breaks']) {
      const { socket, peer } = await open(address('ws'));
      socket.send(connectPacket(end, 6, 4, field(`w/${end}`), field('gone')));
      await peer.bytes(4);
      if (end === 'leaves') socket.send(packet(0xe0));
      else socket.terminate();
      await once(socket, 'close');
    }
    expect((await heard).topic).toBe('w/breaks');
  });

  test('a Thing is served where it is the only way to the broker', async () => {
    const { servient, address } = await start({ port: false, websocket: true });
    const thing = await servient.expose({
      td: { title: 'Box', properties: { text: { type: 'string' } } },
      options: {},
      handlers: () => ({ properties: { text: { initial: 'x' } } }),
    });
    const forms = thing.td().properties?.['text']?.forms ?? [];
    const form = forms.find(({ href }) => href === address('ws'));
    expect(form).toMatchObject({ subprotocol: 'mqtt' });
    const client = mqttClient();
    cleanups.push(() => client.stop());
    const request = { op: 'readproperty', form: form ?? { href: '' }, timeout: 5000 } as const;
    expect(client.supports(request.op, request.form)).toBe(true);
    expect(String((await client.request(request)).content?.body)).toBe('"x"');
  });

  test('it needs one HTTP server of its own', async () => {
    const websocket = mqtt({ broker: 'embedded', port: false, websocket: true });
    const without = createServient({ bindings: [websocket] });
    expect(await failureOf(() => without.start())).toMatch(
      /^invalid HTTP_MISSING: .*put http\(\) before mqtt/,
    );
    const second = mqtt({ broker: 'embedded', port: false, websocket: true });
    const twice = createServient({ bindings: [http({ port: 0 }), websocket, second] });
    expect(await failureOf(() => twice.start())).toMatch(/^conflict MQTT_WEBSOCKET_TWICE: /);
    const again = createServient({ bindings: [http({ port: 0 }), websocket] });
    await again.start();
    expect(again.addresses[1]).toMatch(/^ws:.*\/mqtt$/);
    await again.stop();
  });
});

test('what the broker counts', async () => {
  const { servient, address } = await start({});
  const client = await join(address('mqtt'), { clientId: 'lasting', clean: false });
  await client.subscribeAsync('a', { qos: 1 });
  await client.publishAsync('a', 'b', { qos: 1, retain: true });
  const page = await (await fetch(`${address('http')}/metrics`)).text();
  for (const line of [
    'mqtt_connections 1',
    'mqtt_sessions 1',
    'mqtt_messages_total{direction="in"} 1',
    'mqtt_messages_total{direction="out"} 1',
    'mqtt_refused_total 0',
  ]) {
    expect(page).toContain(`thingwright_${line}\n`);
  }
  expect(page).toMatch(/thingwright_mqtt_retained [1-9]/);
  await servient.stop();
});
