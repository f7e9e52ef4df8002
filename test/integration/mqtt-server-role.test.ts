import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { connect, type IClientPublishOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { type MqttOptions, mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { encodeCbor } from '../../src/codec/cbor-encoder.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { keepingLogger } from '../support/logged.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { happens, nextMessage } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';
import { startTestBroker } from '../support/test-broker.ts';

const parts = needs('mosquitto');
const servients: Servient[] = [];
const clients: MqttClient[] = [];
let calls: string[] = [];
let isSilent = false;

const lamp: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: {
      level: { type: 'number', observable: true },
      probe: { type: 'number', readOnly: true },
    },
    actions: {
      blink: { input: { type: 'integer' }, output: { type: 'string' } },
      reset: {},
    },
    events: {
      burnt: { data: { type: 'string' }, forms: [{ 'mqv:qos': '2', 'mqv:retain': true }] },
      beat: { data: { type: 'integer' } },
    },
  },
  options: { name: 'lamp' },
  handlers: () => ({
    properties: {
      level: { initial: 1, written: (value) => void calls.push(`level ${value}`) },
      probe: {
        read() {
          if (isSilent) throw new WotError('timeout', 'SILENT', 'The probe does not answer.');
          return 5;
        },
      },
    },
    actions: {
      blink(times) {
        calls.push(`blink ${times}`);
        return 'done';
      },
      reset: () => void calls.push('reset'),
    },
  }),
};

beforeEach(() => {
  calls = [];
  isSilent = false;
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  for (const servient of servients.splice(0)) await servient.stop();
});

function create(options: MqttOptions) {
  const { logger, lines } = keepingLogger();
  const servient = createServient({ bindings: [http({ port: 0 }), mqtt(options)], logger });
  servients.push(servient);
  const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  return { servient, warnings };
}

async function peer(url: string, protocolVersion: 4 | 5 = 5): Promise<MqttClient> {
  const client = connect(url, { protocolVersion });
  clients.push(client);
  await happens(client, 'connect');
  return client;
}

interface Heard {
  readonly topic: string;
  readonly text: string;
  readonly packet: IPublishPacket;
}

/** What comes at a filter; what is retained there has come. */
async function listen(client: MqttClient, filter: string): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const mark = `mark/${filter.replace(/[+#]/g, '_')}`;
  client.on('message', (topic, payload, packet) => {
    if (topic === mark) resolve();
    else heard.push({ topic, text: String(payload), packet });
  });
  await client.subscribeAsync([filter, mark], { qos: 2 });
  client.publish(mark, '', { qos: 2 });
  await promise;
  return heard;
}

test('on our own broker a request to a Thing that is not there is told so', async () => {
  const { servient } = create({ broker: 'embedded', port: 0 });
  await servient.start();
  const client = await peer(servient.addresses[1] ?? '', 4);
  await client.subscribeAsync('things/none/+/+/reply/me/+');
  await client.subscribeAsync('things/none/ops/reply/me/+');
  for (const topic of ['properties/level/get', 'actions/blink/invoke', 'ops/readallproperties']) {
    const answer = nextMessage(client);
    client.publish(`things/none/${topic}/me/1`, '');
    expect(JSON.parse((await answer).text)).toMatchObject({
      status: 'not-found',
      problem: { code: 'THING_UNKNOWN' },
    });
  }
});

test.each(['', 'a\0', 'x'.repeat(129), 'a\n'])('the client id %j is refused', (clientId) => {
  const refused = expect.objectContaining({ kind: 'invalid', code: 'CLIENT_ID_INVALID' });
  expect(() => mqtt({ broker: 'mqtt://127.0.0.1', clientId })).toThrow(refused);
});

const requests = [
  'properties/level/set',
  'properties/level/get',
  'actions/blink/invoke',
  'actions/blink/query',
  'actions/blink/cancel',
  'ops/readmultipleproperties',
  'ops/writeallproperties',
  'ops/writemultipleproperties',
  'ops/replay',
];
const nested = (depth: number, open: string, close = ''): Buffer =>
  Buffer.from(open.repeat(depth) + close.repeat(depth), 'latin1');
const badPayloads: Readonly<Record<string, readonly [string, Uint8Array]>> = {
  'JSON that ends too early': ['application/json', Buffer.from('{"a":')],
  'a wrong type': ['application/json', Buffer.from('true')],
  'JSON nested too deep': ['application/json', nested(70, '[', ']')],
  'too many bytes': ['application/json', Buffer.alloc(1024 * 1024 + 1, ' ')],
  'bytes that are not UTF-8': ['application/json', Buffer.from([0x22, 0xff, 0x22])],
  'CBOR that ends too early': ['application/cbor', Buffer.from([0x82, 0x01])],
  'CBOR nested too deep': ['application/cbor', nested(70, '\x81')],
};

describe.each([
  ['JSON', 'application/json', JSON.parse],
  ['CBOR', 'application/cbor', undefined],
] as const)('bad input on every command topic of our own broker, in %s', (_name, contentType, parse) => {
  test('is told in the result', async () => {
    const { servient } = create({ broker: 'embedded', port: 0, contentType });
    await servient.expose(lamp);
    const client = await peer(servient.addresses[1] ?? '', 4);
    await client.subscribeAsync(['things/lamp/ops/reply/me/+', 'things/lamp/+/+/reply/me/+']);
    const ask = async (topic: string, payload: Uint8Array | string) => {
      const answer = nextMessage(client);
      client.publish(`things/lamp/${topic}/me/1`, Buffer.from(payload as string));
      return (await answer).text;
    };
    for (const [what, [type, payload]] of Object.entries(badPayloads)) {
      if (type !== contentType) continue;
      for (const topic of requests) {
        // A payload that a read does not look at is refused all the same where it is malformed.
        if (topic.endsWith('/get') && what === 'a wrong type') continue;
        expect(await ask(topic, payload), `${what} at ${topic}`).toMatch(
          /"?status"?.{0,3}(invalid|too-large)/,
        );
      }
    }
    const served = await ask('actions/blink/invoke', parse ? '7' : encodeCbor(7));
    expect(served).toContain('done');
    expect(calls).toEqual(['blink 7']);
  });
});

describe.skipIf(parts.missing)(`behind Mosquitto${parts.note}`, () => {
  let broker: Mosquitto;

  beforeEach(async () => {
    broker = await startMosquitto(parts.command('mosquitto'), ['max_queued_messages 0']);
  });

  afterEach(() => broker.stop());

  test('bad input on every command topic is told in the result', async () => {
    const { servient } = create({ broker: broker.url, responseTopics: ['mine/#'] });
    await servient.expose(lamp);
    const client = await peer(broker.url);
    await client.subscribeAsync('mine/+');
    const ask = async (topic: string, type: string, payload: Uint8Array) => {
      const answer = nextMessage(client);
      const properties = { responseTopic: 'mine/1', contentType: type };
      client.publish(`things/lamp/${topic}`, Buffer.from(payload), { properties });
      return (await answer).packet.properties?.userProperties;
    };
    for (const [what, [type, payload]] of Object.entries(badPayloads)) {
      for (const topic of requests) {
        if (topic.endsWith('/get') && what === 'a wrong type') continue;
        const status = expect.stringMatching(/^(invalid|too-large)$/);
        expect(await ask(topic, type, payload), `${what} at ${topic}`).toMatchObject({ status });
      }
    }
    expect(await ask('actions/blink/invoke', 'image/png', Buffer.from('7'))).toMatchObject({
      status: 'unsupported-media',
    });
    expect(await ask('actions/blink/invoke', 'application/cbor', encodeCbor(7))).toEqual({ status: 'ok' });
    expect(calls).toEqual(['blink 7']);
  });

  test('the state of a Thing follows its device, and goes with it after its last event', async () => {
    const { servient } = create({ broker: broker.url, clientId: 'site' });
    const { handle } = await servient.expose(lamp);
    const client = await peer(broker.url);
    const heard = await listen(client, 'things/lamp/#');
    const states = () => heard.filter(({ topic }) => topic === 'things/lamp/status').map(({ text }) => text);
    const read = () => client.publish('things/lamp/properties/probe/get', '');
    await vi.waitFor(() => expect(states()).toEqual(['online']));
    isSilent = true;
    read();
    await vi.waitFor(() => expect(states()).toEqual(['online', 'offline']));
    isSilent = false;
    read();
    await vi.waitFor(() => expect(states()).toEqual(['online', 'offline', 'online']));
    for (let beat = 0; beat < 100; beat++) handle.emit('beat', beat);
    await servient.unexpose('lamp');
    await vi.waitFor(() => expect(states()).toEqual(['online', 'offline', 'online', '']));
    const order = heard.map(({ topic, text }) => `${topic}=${text}`);
    expect(order.indexOf('things/lamp/events/beat=99')).toBeGreaterThan(0);
    expect(order.indexOf('things/lamp/status=')).toBeGreaterThan(order.indexOf('things/lamp/events/beat=99'));
    const [status] = await listen(await peer(broker.url), 'servients/site/status');
    expect([status?.text, status?.packet.properties?.userProperties]).toEqual([
      'online',
      { servient: 'site' },
    ]);
  });

  test('messages have the QoS that the affordance declares; a retained event is there for who comes later', async () => {
    const { servient } = create({ broker: broker.url });
    const { handle } = await servient.expose(lamp);
    const live = await listen(await peer(broker.url), 'things/lamp/+/+');
    handle.emit('burnt', 'left');
    handle.emit('beat', 1);
    await vi.waitFor(() => expect(live).toHaveLength(3));
    const told = (heard: readonly Heard[]) =>
      heard
        .map(({ topic, text, packet }) => [topic.split('/').at(-1), text, packet.qos, packet.retain])
        .sort();
    expect(told(live)).toEqual([
      ['beat', '1', 1, false],
      ['burnt', '"left"', 2, false],
      ['level', '1', 1, true],
    ]);
    const later = await listen(await peer(broker.url), 'things/lamp/+/+');
    expect(later).toHaveLength(2);
    expect(told(later)).toEqual([
      ['burnt', '"left"', 2, true],
      ['level', '1', 1, true],
    ]);
    await servient.unexpose('lamp');
    await vi.waitFor(() => expect(later).toHaveLength(4));
    const none = await peer(broker.url);
    expect(await listen(none, 'things/#')).toEqual([]);
  });

  test('a retained request never acts, is told so, and is removed', async () => {
    const client = await peer(broker.url);
    const retain: IClientPublishOptions = { retain: true, qos: 1 };
    const before = ['actions/reset/invoke', 'actions/reset/invoke/me/1', 'properties/level/set'];
    for (const topic of before) await client.publishAsync(`things/lamp/${topic}`, '7', retain);
    const { servient, warnings } = create({ broker: broker.url, responseTopics: ['mine/#'] });
    await servient.expose(lamp);
    await client.subscribeAsync('mine/+');
    const answer = nextMessage(client);
    const properties = { responseTopic: 'mine/1' };
    client.publish('things/lamp/actions/reset/invoke', '', { ...retain, properties });
    expect((await answer).packet.properties?.userProperties).toEqual({
      status: 'not-allowed',
      code: 'REQUEST_RETAINED',
    });
    // Everything was delivered before the answer to this one.
    const served = nextMessage(client);
    client.publish('things/lamp/properties/probe/get', '', { properties });
    expect((await served).text).toBe('5');
    expect(calls).toEqual([]);
    expect(warnings()).toHaveLength(before.length);
    const left = await listen(await peer(broker.url), 'things/lamp/+/+/+/#');
    expect(left).toEqual([]);
  });

  test('of servients that expose a name at the same moment one has it', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const both = [create({ broker: broker.url }), create({ broker: broker.url })];
    for (const { servient } of both) await servient.start();
    const exposed = await Promise.all(
      names.flatMap((name) => both.map(({ servient }) => servient.expose({ ...lamp, options: { name } }))),
    );
    const offered = exposed.filter(({ td }) =>
      td().events?.['beat']?.forms?.some(({ href }) => href.startsWith('mqtt:')),
    );
    expect(offered.map(({ name }) => name).sort()).toEqual(names);
    expect(both.flatMap(({ warnings }) => warnings())).toHaveLength(names.length);
    // What is retained in the end names who has it.
    const claims = await listen(await peer(broker.url), 'things/+/servient');
    expect(claims).toHaveLength(names.length);
    const owners = new Map(claims.map(({ topic, text }) => [topic.split('/')[1], text]));
    const tds = await listen(await peer(broker.url), 'things/+');
    expect(tds).toHaveLength(names.length);
    for (const { topic, packet } of tds) {
      expect(packet.properties?.userProperties?.['servient']).toBe(owners.get(topic.split('/')[1]));
    }
  });

  test('a Thing that another servient took meanwhile is left to it', async () => {
    const sockets = new Set<Socket>();
    let isOpen = true;
    const gate = createServer((near) => {
      if (!isOpen) return void near.destroy();
      const far = dial(broker.port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => {});
      }
      near.pipe(far).pipe(near);
      return undefined;
    }).listen(0, '127.0.0.1');
    await happensOn(gate);
    const url = `mqtt://127.0.0.1:${(gate.address() as AddressInfo).port}`;
    const first = create({ broker: url, clientId: 'first' });
    const { handle } = await first.servient.expose(lamp);
    const client = await peer(broker.url);
    const states = await listen(client, 'servients/first/status');
    isOpen = false;
    for (const socket of sockets) socket.resetAndDestroy();
    await vi.waitFor(() => expect(states.at(-1)?.text).toBe('offline'));
    const second = create({ broker: broker.url, clientId: 'second' });
    await second.servient.expose(lamp);
    let level = 90;
    const changing = setInterval(() => handle.set('level', ++level), 1);
    isOpen = true;
    await vi.waitFor(() => expect(first.warnings().at(-1)).toContain('belongs to the servient second'), 5000);
    clearInterval(changing);
    const heard = await listen(client, 'things/lamp/#');
    const retained = Object.fromEntries(heard.map(({ topic, text }) => [topic, text]));
    expect(retained).toMatchObject({ 'things/lamp/servient': 'second', 'things/lamp/properties/level': '1' });
    gate.close();
  });

  test('a broker that does not answer for a while under load: no event is lost, of values the last counts, requests are answered', async () => {
    const { servient } = create({ broker: broker.url, responseTopics: ['mine/#'] });
    const { handle } = await servient.expose(lamp);
    const client = await peer(broker.url);
    const heard = await listen(client, 'things/lamp/+/+');
    await client.subscribeAsync('mine/+');
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    broker.freeze();
    for (let beat = 0; beat < 5000; beat++) {
      handle.emit('beat', beat);
      handle.set('level', beat);
    }
    client.publish('things/lamp/actions/blink/invoke', '3', { properties: { responseTopic: 'mine/1' } });
    broker.thaw();
    const at = (topic: string) => heard.filter((each) => each.topic === topic).map(({ text }) => text);
    await vi.waitFor(() => expect(at('mine/1')).toEqual(['"done"']), 10_000);
    await vi.waitFor(() => expect(at('things/lamp/events/beat')).toHaveLength(5000), 10_000);
    expect(at('things/lamp/events/beat')).toEqual(Array.from({ length: 5000 }, (_, beat) => String(beat)));
    expect(at('things/lamp/properties/level').at(-1)).toBe('4999');
    expect(at('things/lamp/properties/level').length).toBeLessThan(2500);
    expect(calls).toEqual(['blink 3']);
  });
});

test('behind a broker of MQTT 3.1.1 removing a retained request does not act either', async () => {
  const records = memoryStorage().records;
  const broker = await startTestBroker({ records });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const client = await peer(url, 4);
  await client.publishAsync('things/lamp/actions/reset/invoke', '7', { retain: true, qos: 1 });
  const { servient, warnings } = create({ broker: url });
  await servient.expose(lamp);
  await client.subscribeAsync('things/lamp/actions/reset/reply/me/+');
  const answer = nextMessage(client);
  client.publish('things/lamp/actions/reset/invoke/me/1', '');
  expect((await answer).topic).toBe('things/lamp/actions/reset/reply/me/1');
  expect(calls).toEqual(['reset']);
  expect(warnings()).toHaveLength(1);
  expect(await listen(await peer(url, 4), 'things/lamp/actions/+/invoke')).toEqual([]);
  await client.endAsync(true);
  await servient.stop();
  await broker.stop();
});

function happensOn(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => server.once('listening', resolve));
}
