import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BrokerOptions, EmbeddedBroker } from '../../src/bindings/mqtt/broker/embedded-broker.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { type AccessPolicy, anonymous } from '../../src/contracts/access.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { accessRules } from '../../src/security/access-rules.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { keepingLogger, type LoggedLine } from '../support/logged.ts';
import {
  type Asker,
  accessThings,
  askers,
  embeddedDocument,
  publishers,
  receivers,
  requests,
} from '../support/mqtt-access-table.ts';
import { connectPacket, field, packet, publishPacket, RawPeer } from '../support/mqtt-bytes.ts';
import { happens } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';
import { startTestBroker } from '../support/test-broker.ts';

const run = promisify(execFile);
const clients: MqttClient[] = [];
let calls: string[];
let lines: LoggedLine[];
let policy: AccessPolicy;
let servient: Servient;
let things: readonly ExposedThing[];

beforeEach(async () => {
  calls = [];
  policy = accessRules(embeddedDocument).policy;
  const { logger, lines: logged } = keepingLogger();
  lines = logged;
  servient = createServient({
    bindings: [mqtt({ broker: 'embedded', port: 0 })],
    access: {
      allows: (...asked) => policy.allows(...asked),
      allowsTopic: (...asked) => policy.allowsTopic?.(...asked) ?? false,
    },
    authenticate({ user, secret }) {
      if (user === undefined) return anonymous;
      if (user === secret) return { name: user, roles: [] };
      throw new WotError('unauthenticated', 'CREDENTIALS_WRONG', 'The password is wrong.');
    },
    logger,
  });
  await servient.start();
  things = await Promise.all(accessThings(calls).map((thing) => servient.expose(thing)));
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await servient.stop();
});

const port = (): number => Number(new URL(servient.addresses[0] ?? '').port);

/** A client of an asker, and the messages it received, as `topic=payload`. */
class Peer {
  readonly client: MqttClient;
  readonly asker: Asker;
  readonly #id: string;
  readonly #received: [topic: string, payload: string][] = [];
  #marks = 0;

  constructor(asker: Asker, options: IClientOptions = {}) {
    const { clientId = `${asker}-1` } = options;
    this.asker = asker;
    this.#id = clientId;
    const credentials = asker === 'anonymous' ? {} : { username: asker, password: asker };
    this.client = connect(`mqtt://127.0.0.1:${port()}`, {
      ...{ protocolVersion: 4, reconnectPeriod: 0, clientId },
      ...credentials,
      ...options,
    });
    clients.push(this.client);
    this.client.on('message', (topic, payload) => this.#received.push([topic, String(payload)]));
    this.client.on('error', () => {});
  }

  async connected(): Promise<this> {
    await happens(this.client, 'connect');
    return this;
  }

  /** Waits for a message. */
  async until(wanted: (topic: string) => boolean, times = 1): Promise<string> {
    for (;;) {
      const found = this.#received.filter(([topic]) => wanted(topic));
      if (found.length >= times) return found[times - 1]?.[1] ?? '';
      await happens(this.client, 'message');
    }
  }

  /** Asks at a request topic; gives the result's status. */
  async ask(topic: string, payload = '', retain = false): Promise<string> {
    const mark = `${this.#id}/${++this.#marks}`;
    await this.client.subscribeAsync(`${topic.replace(/[^/]*$/, 'reply')}/${this.#id}/+`);
    this.client.publish(`${topic}/${mark}`, payload, { retain });
    return JSON.parse(await this.until((at) => at.endsWith(`/reply/${mark}`))).status;
  }

  /** What came before the result of a request that is made now, results apart. */
  async soFar(): Promise<readonly [topic: string, payload: string][]> {
    await this.ask('things/lamp/properties/level/get');
    return this.#received.filter(([topic]) => !topic.includes('/reply/') && !topic.startsWith('servients/'));
  }
}

const peer = (asker: Asker, options?: IClientOptions) => new Peer(asker, options).connected();

/** The topics that an asker receives of those in the table. */
const topicsFor = (asker: Asker): ReadonlySet<string> =>
  new Set(Object.keys(receivers).filter((topic) => receivers[topic]?.includes(asker)));

const topicsOf = (messages: readonly (readonly [string, string])[]): ReadonlySet<string> =>
  new Set(messages.map(([topic]) => topic).filter((topic) => topic in receivers));

const events = 'things/lamp/events/bur%20nt';

async function sayAll(): Promise<void> {
  const root = await peer('root', { clientId: 'says' });
  for (const topic of ['notes/open', 'notes/closed'])
    await root.client.publishAsync(topic, 'x', { retain: true, qos: 1 });
  for (const { handle } of things) {
    handle.set('level', 5);
    handle.set('secret', 5);
    handle.emit('bur nt', 'x');
  }
}

test.each(askers)('what %s receives', async (asker) => {
  const live = await peer(asker);
  await live.client.subscribeAsync('#', { qos: 1 });
  await sayAll();
  expect(topicsOf(await live.soFar())).toEqual(topicsFor(asker));

  const late = await peer(asker, { clientId: `${asker}-2` });
  // What is retained comes filter by filter.
  await late.client.subscribeAsync(['#', 'servients/+/status']);
  await late.until((topic) => topic.startsWith('servients/'), 2);
  const retained = [...topicsFor(asker)].filter((topic) => !topic.includes('/events/'));
  expect(topicsOf(await late.soFar())).toEqual(new Set(retained));
});

test('a subscription to what may not be received is refused, by name and by wildcards', async () => {
  for (const asker of askers) {
    const { client } = await peer(asker);
    for (const [topic, names] of Object.entries(receivers)) {
      const [granted] = await granting(client, topic);
      expect([asker, topic, granted]).toEqual([asker, topic, names.includes(asker) ? 0 : 128]);
    }
    const vault = await granting(client, 'things/vault/#', 'things/+/properties/+', '#');
    expect([asker, vault]).toEqual([asker, asker === 'root' ? [0, 0, 0] : [128, 0, 0]]);
  }
});

async function granting(client: MqttClient, ...topics: string[]): Promise<readonly number[]> {
  return new Promise((resolve) => {
    client.once('packetreceive', function suback(packet) {
      if (packet.cmd === 'suback') resolve(packet.granted.map(Number));
      else client.once('packetreceive', suback);
    });
    client.subscribe(topics, () => {});
  });
}

test('what is published without the right goes nowhere, and its publisher stays connected [MQTT-3.3.5-2]', async () => {
  const root = await peer('root');
  await root.client.subscribeAsync(['notes/#', 'things/#', 'other/#'], { qos: 1 });
  for (const asker of askers) {
    const { client } = await peer(asker, { clientId: `${asker}-2` });
    for (const topic of Object.keys(publishers)) {
      for (const qos of [0, 1, 2] as const) await client.publishAsync(topic, `by ${asker}`, { qos });
      await client.publishAsync(topic, `by ${asker}, retained`, { qos: 1, retain: true });
    }
    expect(client.connected).toBe(true);
  }
  const told = (await root.soFar()).filter(([, payload]) => /^by \w+$/.test(payload));
  const expected = Object.entries(publishers).flatMap(([topic, names]) =>
    names.flatMap((name) => [0, 1, 2].map(() => `${topic} by ${name}`)),
  );
  expect(told.map((message) => message.join(' ')).sort()).toEqual(expected.sort());
  const late = await peer('root', { clientId: 'late' });
  await late.client.subscribeAsync(['#', 'servients/+/status']);
  await late.until((topic) => topic.startsWith('servients/'), 2);
  const kept = (await late.soFar()).filter(([, payload]) => payload.endsWith(', retained'));
  expect(kept).toEqual([['notes/open', 'by anna, retained']]);
  // One line for each client, however often it tried.
  const warnings = lines.filter(
    ({ level, message }) => level === 'warn' && message.includes('may not publish'),
  );
  expect(warnings.map(({ facts }) => facts?.['principal'])).toEqual([...askers]);
  await late.client.publishAsync('things/lamp/properties/level/set', '1', { qos: 1, retain: true });
  expect(lines.at(-1)?.message).toContain('things/lamp/properties/level/set with the retain flag;');
});

test('requests are done for who may, and the others are told', async () => {
  for (const { topic, payload, may, call } of requests) {
    for (const asker of askers) {
      const own = await peer(asker, { clientId: `${asker}-${clients.length}` });
      calls.length = 0;
      const allowed = may.includes(asker);
      expect([topic, asker, await own.ask(topic, payload)]).toEqual([
        topic,
        asker,
        allowed ? 'ok' : 'forbidden',
      ]);
      expect(calls).toEqual(allowed && call ? [`${call} by ${asker}`] : []);
    }
  }
});

test('what is not even passed on is told', async () => {
  const anna = await peer('anna');
  expect(await anna.ask('things/lamp/properties/level/set', '9', true)).not.toBe('ok');
  expect(await anna.ask('things/none/properties/level/set', '9')).toBe('not-found');
  expect(calls).toEqual([]);
});

test('results go to the client that asked, and nobody asks for another one', async () => {
  const anna = await peer('anna');
  const ben = await peer('ben');
  const results = 'things/lamp/properties/level/reply';
  expect(await granting(ben.client, `${results}/anna-1/+`, `${results}/+/+`)).toEqual([128, 0]);
  await ben.client.subscribeAsync('#');
  expect(await anna.ask('things/lamp/properties/level/get')).toBe('ok');
  await ben.client.publishAsync('things/lamp/properties/level/get/anna-1/9', '', { qos: 1 });
  await ben.soFar();
  expect(await ben.until((topic) => topic.includes('/reply/'))).toContain('"ok"');
  const seen: string[] = [];
  anna.client.on('message', (topic) => seen.push(topic));
  await anna.ask('things/lamp/properties/level/get');
  expect(seen).toEqual([`${results}/anna-1/2`]);
});

describe('wills', () => {
  const password = (name: string) => [field(name), field(name)];
  const willing = (topic: string, name: string, retain = false) =>
    connectPacket(name, retain ? 0xe6 : 0xc6, 4, field(topic), field(''), ...password(name));

  test.each([
    ['ben', 'notes/open', false],
    ['anna', 'things/lamp/properties/level', false],
    ['anna', 'things/lamp', true],
    ['anna', 'things/lamp/actions/blink/invoke', true],
    ['anna', 'things/lamp/actions/blink/invoke/ben/1', false],
  ])('of %s at %s, retained %s: not admitted', async (name, topic, retain) => {
    const raw = new RawPeer(port()).send(willing(topic, name, retain));
    expect(await raw.closed()).toEqual([0x20, 2, 0, 5]);
  });

  test('are published, and asked, as those who left them, by the policy of then', async () => {
    const root = await peer('root');
    await root.client.subscribeAsync('notes/#');
    const blink = 'things/lamp/actions/blink/invoke';
    for (const [topic, name] of [
      [blink, 'ben'],
      [blink, 'anna'],
      ['notes/gone', 'anna'],
    ] as const) {
      const raw = new RawPeer(port()).send(willing(topic, name));
      expect(await raw.bytes(4)).toEqual([0x20, 2, 0, 0]);
      // Not a DISCONNECT: the broker ends the connection, and publishes the will.
      await raw.send(publishPacket('a/+', '')).closed();
    }
    await root.until((topic) => topic === 'notes/gone');
    expect(calls).toEqual(['blink by anna']);

    const last = new RawPeer(port()).send(willing('notes/last', 'anna'));
    await last.bytes(4);
    policy = { allows: () => true, allowsTopic: (_who, _act, topic) => topic !== 'notes/last' };
    await last.send(publishPacket('a/+', '')).closed();
    expect((await root.soFar()).map(([topic]) => topic)).toEqual(['notes/gone']);
  });
});

describe('client ids', () => {
  const connecting = (name: string, flags: number) => {
    const credentials = name === 'anonymous' ? [] : [field(name), field(name)];
    return connectPacket('x', flags | (credentials.length > 0 ? 0xc0 : 0), 4, ...credentials);
  };
  const clean = 2;
  const lasting = 0;
  const answer = async (name: string, flags: number) => {
    const raw = new RawPeer(port()).send(connecting(name, flags));
    const [, , , code] = await raw.bytes(4);
    return { raw, code };
  };
  const leave = async (raw: RawPeer) => raw.send(Uint8Array.of(0xe0, 0)).closed();

  test.each([
    ['anna', 'ben'],
    ['anna', 'anonymous'],
    ['anonymous', 'anna'],
  ])('of %s is not taken by %s, but taken over by the same', async (first, other) => {
    const { raw } = await answer(first, clean);
    expect((await answer(other, clean)).code).toBe(2);
    expect((await answer(other, lasting)).code).toBe(2);
    raw.send(Uint8Array.of(0xc0, 0));
    expect((await raw.bytes(6)).slice(4)).toEqual([0xd0, 0]);
    const again = await answer(first, lasting);
    expect(again.code).toBe(0);
    await raw.closed();
    // The session lasts, and with it the name.
    await leave(again.raw);
    expect((await answer(other, clean)).code).toBe(2);
    const last = await answer(first, clean);
    await leave(last.raw);
    await expect.poll(async () => (await answer(other, clean)).code).toBe(0);
  });

  test('who is not admitted takes none', async () => {
    const wrong = connectPacket('x', 0xc2, 4, field('anna'), field('wrong'));
    expect(await new RawPeer(port()).send(wrong).closed()).toEqual([0x20, 2, 0, 5]);
    const malformed = connectPacket('x', 0xc2, 4, field('anna'), field(Uint8Array.of(0xff)));
    expect(await new RawPeer(port()).send(malformed).closed()).toEqual([0x20, 2, 0, 4]);
    expect((await answer('ben', clean)).code).toBe(0);
  });
});

test('deliveries follow a policy that changes', async () => {
  const anna = await peer('anna');
  await anna.client.subscribeAsync(events);
  const handle = things[0]?.handle;
  handle?.emit('bur nt', 'before');
  await anna.until((topic) => topic === events);
  const { policy: given } = accessRules(embeddedDocument);
  policy = {
    ...given,
    allows: (who, right, ...where) => right !== 'subscribe' && given.allows(who, right, ...where),
  };
  handle?.emit('bur nt', 'between');
  expect((await anna.soFar()).map(([, payload]) => payload)).toEqual(['"before"']);
  policy = given;
  handle?.emit('bur nt', 'after');
  await anna.until((topic) => topic === events, 2);
  expect((await anna.soFar()).map(([, payload]) => payload)).toEqual(['"before"', '"after"']);
});

describe('lasting sessions', () => {
  const records = memoryStorage().records;
  const brokers: EmbeddedBroker[] = [];

  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.stop();
  });

  /** A broker where everyone is who they say, and nobody may receive what is below `closed/`. */
  async function start(options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
    const mayReceive = (topic: string) => !topic.startsWith('closed/');
    const broker = await startTestBroker({
      records,
      access: { publication: () => 'publish', receiving: { mayReceive, maySubscribe: () => true } },
      authenticate: async ({ user = '' }) => ({ name: user, roles: [] }),
      ...options,
    });
    brokers.push(broker);
    return broker;
  }

  /** Connects with a lasting session; gives the return code. */
  async function come({ port }: EmbeddedBroker, user: string, clientId: string) {
    const raw = new RawPeer(port).send(connectPacket(clientId, 0x80, 4, field(user)));
    const [, , , code] = await raw.bytes(4);
    return { raw, code, leave: () => raw.send(Uint8Array.of(0xe0, 0)).closed() };
  }

  test('belong to who made them, also after a restart', async () => {
    const broker = await start();
    await (await come(broker, 'anna', 'x')).leave();
    await broker.stop();
    const next = await start();
    expect((await come(next, 'ben', 'x')).code).toBe(2);
    expect((await come(next, 'anna', 'x')).code).toBe(0);
  });

  test('nobody crowds out the others', async () => {
    const broker = await start({ bounds: { sessions: 3 }, records: memoryStorage().records });
    await (await come(broker, 'ben', 'b1')).leave();
    await (await come(broker, 'anna', 'a1')).leave();
    await come(broker, 'anna', 'a2');
    const third = await come(broker, 'anna', 'a3');
    expect(third.code).toBe(0); // in the place of a1
    expect((await come(broker, 'anna', 'a4')).code).toBe(3);
    expect((await come(broker, 'anna', 'b1')).code).toBe(2);
  });

  test('what may not be received takes no room where others wait', async () => {
    const queues = { messages: 2, sessionBytes: 10_000, bytes: 10_000 };
    const broker = await start({ bounds: { queues }, records: memoryStorage().records });
    const { raw, leave } = await come(broker, 'ben', 'b');
    raw.send(packet(0x82, [0, 1], field('#'), [1]));
    await raw.bytes(9);
    await leave();
    for (const topic of ['closed/1', 'open/1', 'closed/2', 'closed/3', 'open/2']) {
      const message = { topic, payload: Buffer.from('x'), qos: 1, retain: false } as const;
      await new Promise<void>((resolve) => broker.publish(message, resolve));
    }
    const back = await come(broker, 'ben', 'b');
    const text = String(Buffer.from((await back.raw.bytes(4 + 2 * 13)).slice(4)));
    expect(text.match(/\w+\/\d/g)).toEqual(['open/1', 'open/2']);
  });
});

test('a client that is silent for one and a half times its keep-alive is cut [MQTT-3.1.2-24]', async () => {
  const keepAlive = 1;
  const connecting = packet(0x10, field('MQTT'), [4, 2, 0, keepAlive], field('quiet'));
  const raw = new RawPeer(port()).send(connecting);
  await raw.bytes(4);
  const since = performance.now();
  await raw.closed(); // [MQTT-3.1.2-24]
  expect(performance.now() - since).toBeGreaterThan(1000 * keepAlive);
});

const parts = needs('mosquitto_pub', 'mosquitto_sub');

describe.skipIf(parts.missing)(`with mosquitto's clients${parts.note}`, () => {
  const to = (topic: string, user: string): string[] => [
    ...['-h', '127.0.0.1', '-p', `${port()}`, '-t', topic, '-V', 'mqttv311'],
    ...['-u', user, '-P', user],
  ];

  test('one user writes, the other does not', async () => {
    for (const user of ['ben', 'anna']) {
      const args = [...to('things/lamp/properties/level/set', user), '-m', '7', '-q', '1'];
      await run(parts.command('mosquitto_pub'), args);
    }
    const read = [...to('things/lamp/properties/level', 'ben'), '-C', '1', '-W', '10'];
    expect((await run(parts.command('mosquitto_sub'), read)).stdout).toBe('7\n');
    expect(calls).toEqual(['set by anna']);
    const { stderr } = await run(parts.command('mosquitto_sub'), [...to('things/vault', 'ben'), '-W', '10']);
    expect(stderr).toMatch(/denied/);
  });
});
