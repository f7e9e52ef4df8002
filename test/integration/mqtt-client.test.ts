import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SessionConnection } from '../../src/bindings/mqtt/client/session-connection.ts';
import { type MqttClientOptions, mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { ClientPool } from '../../src/consumer/client-pool.ts';
import type { ChangeGap, ClientBinding, WireMessage } from '../../src/contracts/binding.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { Form } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { makeCertificate } from '../support/certificate.ts';
import { collector } from '../support/collector.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { failureOf } from '../support/failure-of.ts';
import { freePort } from '../support/free-port.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { oldBroker } from '../support/old-broker.ts';
import { needs } from '../support/system-parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parts = needs('mosquitto', 'openssl');
const command = parts.command('mosquitto');
const timeout = 5000;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A client that tries a lost connection again as soon as it may. */
function client(options: MqttClientOptions = {}): ClientBinding {
  const made = mqttClient({ random: () => 0, ...options });
  stops.push(() => made.stop());
  return made;
}

async function broker(lines: readonly string[] = [], port?: number) {
  const started = await startMosquitto(command, lines, port);
  stops.unshift(() => started.stop()); // last: clients would wait for a broker that went first
  return started;
}

async function peerAt(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const peer = await connectAsync(url, options);
  stops.push(() => peer.endAsync(true));
  return peer;
}

const horn: ThingDefinition = {
  td: {
    title: 'Horn',
    properties: { level: { type: 'number', observable: true } },
    actions: { wait: { output: { type: 'string' } } },
    events: { blown: { data: { type: 'number' } } },
  },
  options: { name: 'horn' },
  handlers: () => ({
    properties: { level: { initial: 1 } },
    actions: { wait: () => new Promise<never>(() => {}) },
  }),
};

async function servientAt(url: string) {
  const servient = createServient({ bindings: [mqtt({ broker: url })] });
  stops.push(() => servient.stop());
  const { td, handle } = await servient.expose(horn);
  const events = td().events?.['blown']?.forms?.[0] ?? { href: '' };
  return { servient, handle, td: td(), events };
}

/** What a subscription tells; text of payloads. */
async function listening(binding: ClientBinding, form: Form) {
  const texts = collector<string>();
  const gaps: ChangeGap[] = [];
  const states = collector<string>();
  const wire: WireMessage[] = [];
  const end = await binding.subscribe(
    { op: 'subscribeevent', form, timeout, wire: (message) => wire.push(message) },
    {
      next: ({ content }) => texts.push(String(Buffer.from(content?.body ?? []))),
      gap: (gap) => gaps.push(gap),
      interrupted: () => states.push('interrupted'),
      resumed: () => states.push('resumed'),
      failed: (error) => states.push(error.message),
      ended: () => states.push('ended'),
    },
  );
  return { texts, gaps, states, wire, end };
}

function clientIdIn(wire: readonly WireMessage[]): string {
  const [connect] = wire.filter(({ start }) => start.startsWith('CONNECT'));
  return String(connect?.fields.find(([name]) => name === 'Client Identifier')?.[1]);
}

const retained = (href: string, terms: Partial<Form> = {}): Form => ({ href, 'mqv:retain': true, ...terms });

async function writeAndRead(binding: ClientBinding, form: Form): Promise<string> {
  const content = { type: 'application/json', body: Buffer.from('7') };
  await binding.request({ op: 'writeproperty', form, content, timeout });
  const answer = await binding.request({ op: 'readproperty', form, timeout });
  return String(answer.content?.body);
}

describe.skipIf(parts.missing)(`transports${parts.note}`, () => {
  function tlsLines({ cert, key }: { readonly cert: string; readonly key: string }): string[] {
    const folder = temporaryFolder();
    const files = Object.entries({ cert, key }).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return `${name}file ${join(folder, name)}`;
    });
    return [...files, 'user root'];
  }

  test('TLS: a certificate that is trusted, one that nobody vouches for, one of another host, no TLS at all', async () => {
    const own = makeCertificate();
    const { port } = await broker(tlsLines(own));
    const at = (host: string, to = port) => retained(`mqtts://${host}:${to}/a/b`);
    expect(await writeAndRead(client({ ca: own.cert }), at('localhost'))).toBe('7');
    const read = (form: Form, options: MqttClientOptions) =>
      failureOf(() => client(options).request({ op: 'readproperty', form, timeout }));
    expect(await read(at('localhost'), {})).toMatch(
      /^internal CERTIFICATE_NOT_TRUSTED: .*mqtts:\/\/localhost:.* --ca/,
    );
    const other = makeCertificate('elsewhere');
    const far = await broker(tlsLines(other));
    expect(await read(at('localhost', far.port), { ca: other.cert })).toMatch(
      /^internal CERTIFICATE_NOT_TRUSTED: .*elsewhere/,
    );
    const plain = await broker();
    expect(await read(at('localhost', plain.port), { ca: own.cert })).toMatch(
      /^unavailable BROKER_UNREACHABLE: .*speaks no TLS/,
    );
    expect(await read(retained(`mqtt://localhost:${port}/a/b`), {})).toMatch(
      /^unavailable BROKER_UNREACHABLE: /,
    );
  });

  test('a broker that wants our certificate', async () => {
    const own = makeCertificate();
    const ours = makeCertificate('client');
    const ca = join(temporaryFolder(), 'ca');
    writeFileSync(ca, ours.cert);
    const { port } = await broker([...tlsLines(own), `cafile ${ca}`, 'require_certificate true']);
    const form = retained(`mqtts://localhost:${port}/a/b`);
    expect(await writeAndRead(client({ ca: own.cert, ...ours }), form)).toBe('7');
    const without = client({ ca: own.cert });
    expect(await failureOf(() => without.request({ op: 'readproperty', form, timeout }))).toMatch(
      /^unauthenticated HANDSHAKE_REFUSED: .*cert and key/,
    );
  });

  test('WebSocket: the path is the endpoint, and only forms of the subprotocol mqtt are ours', async () => {
    const port = await freePort();
    await broker([`listener ${port} 127.0.0.1`, 'protocol websockets']);
    const form = retained(`ws://127.0.0.1:${port}/mqtt`, { subprotocol: 'mqtt', 'mqv:topic': 'a/b' });
    await expect.poll(() => writeAndRead(client(), form).catch(String), { timeout }).toBe('7');
    const given = client();
    const pool = new ClientPool([given]);
    stops.push(() => pool.stop());
    const { subprotocol, ...plain } = form;
    expect(subprotocol).toBe('mqtt');
    expect((await pool.for(form)).map((each) => each === given)).toEqual([true]);
    expect((await pool.for(plain)).map(({ name }) => name)).toEqual(['websocket']);
    expect((await new ClientPool().for(form)).map(({ name }) => name)).toEqual(['mqtt']);
    const away = { ...form, href: `ws://127.0.0.1:${await freePort()}/mqtt` };
    expect(await failureOf(() => client().request({ op: 'readproperty', form: away, timeout }))).toMatch(
      /^unavailable BROKER_UNREACHABLE: .*ws:\/\/127.0.0.1:\d+\/mqtt .*ECONNREFUSED/,
    );
  });
});

describe.skipIf(parts.missing)(`a broker that comes back${parts.note}`, () => {
  test('no event of QoS 1 is lost where it keeps sessions', async () => {
    const folder = temporaryFolder();
    const keeping = [
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_on_changes true',
      'autosave_interval 1',
      'user root',
    ];
    const before = await broker(keeping);
    const { handle, events } = await servientAt(before.url);
    const { texts, gaps, states } = await listening(client(), events);
    handle.emit('blown', 1);
    await texts.until((text) => text === '1');
    await before.stop();
    handle.emit('blown', 2);
    await broker(keeping, before.port);
    handle.emit('blown', 3);
    await texts.until((text) => text === '3');
    expect([texts.items, gaps, states.items]).toEqual([['1', '2', '3'], [], ['interrupted', 'resumed']]);
  });

  test('where it has forgotten them, the servient tells what came meanwhile, and a thousand are subscribed to again', async () => {
    const before = await broker();
    const { handle, events } = await servientAt(before.url);
    const binding = client();
    const { texts, gaps } = await listening(binding, events);
    const others = collector<string>();
    const ended = { failed() {}, ended() {} };
    await Promise.all(
      Array.from({ length: 1000 }, (_, number) =>
        binding.subscribe(
          { op: 'subscribeevent', form: { href: `${before.url}/others/${number}` }, timeout },
          { next: ({ content }) => others.push(String(content?.body)), ...ended },
        ),
      ),
    );
    handle.emit('blown', 1);
    await texts.until((text) => text === '1');
    await before.stop();
    for (const value of [2, 3]) handle.emit('blown', value);
    await broker([], before.port);
    await texts.until((text) => text === '3');
    handle.emit('blown', 4);
    await texts.until((text) => text === '4');
    expect([texts.items, gaps]).toEqual([['1', '2', '3', '4'], []]);
    const peer = await peerAt(before.url);
    await expect
      .poll(async () => {
        await peer.publishAsync('others/999', '"there"');
        return others.items.length > 0;
      })
      .toBe(true);
  });

  test('MQTT 3.1.1: 5 is tried once, the session is kept for events alone, and not left behind', async () => {
    const { port, url } = await broker();
    const old = await oldBroker(port);
    stops.push(() => old.stop());
    const { handle, events } = await servientAt(url);
    const binding = client();
    const form = { ...events, href: old.url };
    const { texts, gaps, states, wire, end } = await listening(binding, form);
    old.cut();
    await states.until((state) => state === 'interrupted');
    handle.emit('blown', 1);
    await texts.until((text) => text === '1');
    expect([texts.items, gaps]).toEqual([['1'], []]);
    await end();
    await binding.stop();
    expect(old.levels.slice(0, 2)).toEqual([5, 4]);
    expect(new Set(old.levels.slice(2))).toEqual(new Set([4]));
    const again = await peerAt(url, { clientId: clientIdIn(wire), clean: false, protocolVersion: 4 });
    expect(again).toHaveProperty('connackPacket.sessionPresent', false);
  });

  test('MQTT 3.1.1: what is asked while the session begins to last is done, and each change told once', async () => {
    const servient = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
    stops.push(() => servient.stop());
    const { td, handle } = await servient.expose(horn);
    const { properties, events, forms } = td();
    const level = properties?.['level']?.forms?.[0] ?? { href: '' };
    const blown = events?.['blown']?.forms?.[0] ?? { href: '' };
    const all = forms?.find(({ op }) => op?.includes('subscribeallevents')) ?? { href: '' };
    const binding = client();
    const read = () => binding.request({ op: 'readproperty', form: level, timeout });
    await read();
    const [values, one, each, ...answers] = await Promise.all([
      ...([listening(binding, level), listening(binding, blown), listening(binding, all)] as const),
      ...[read(), read()],
    ]);
    expect(answers.map(({ content }) => String(content?.body))).toEqual(['1', '1']);
    handle.set('level', 2);
    handle.emit('blown', 3);
    handle.set('level', 4);
    handle.emit('blown', 5);
    await values.texts.until((text) => text === '4');
    for (const { texts } of [one, each]) {
      await texts.until((text) => text === '5');
      expect(texts.items).toEqual(['3', '5']);
    }
    expect([values, one, each].flatMap(({ states, gaps }) => [...states.items, ...gaps])).toEqual([]);
  });

  test('MQTT 3.1.1: a broker that sends a message once for each filter tells nobody twice', async () => {
    const { port, url } = await broker(['allow_duplicate_messages true']);
    const old = await oldBroker(port);
    stops.push(() => old.stop());
    const binding = client();
    const at = (filter: string): Form => ({ href: old.url, 'mqv:filter': filter, 'mqv:qos': '1' });
    const heard = await Promise.all(['a/b', 'a/+', 'a/b', '#'].map((each) => listening(binding, at(each))));
    const peer = await peerAt(url);
    for (const value of ['1', '2']) await peer.publishAsync('a/b', value, { qos: 1 });
    for (const { texts } of heard) {
      await texts.until((text) => text === '2');
      expect(texts.items).toEqual(['1', '2']);
    }
  });

  test('MQTT 3.1.1: a broker that goes while its session is ended keeps nobody from stopping', async () => {
    const { port } = await broker();
    const old = await oldBroker(port);
    const binding = client();
    await listening(binding, { href: `${old.url}/a`, 'mqv:qos': '1' });
    await Promise.all([binding.stop(), old.stop()]);
  });

  test('a session of MQTT 5 is not left behind either [session-expiry-interval]', async () => {
    const { url } = await broker();
    const { events } = await servientAt(url);
    const binding = client();
    const { wire } = await listening(binding, events);
    await binding.stop();
    const again = await peerAt(url, { clientId: clientIdIn(wire), clean: false, protocolVersion: 5 });
    expect(again).toHaveProperty('connackPacket.sessionPresent', false);
  });

  test('requests fail at once while it is away, with its name, and work again after', async () => {
    const before = await broker();
    const form = retained(`${before.url}/a/b`);
    const binding = client();
    expect(await writeAndRead(binding, form)).toBe('7');
    await before.stop();
    for (let count = 0; count < 3; count++) {
      expect(await failureOf(() => writeAndRead(binding, form))).toMatch(
        new RegExp(`^unavailable (BROKER_UNREACHABLE|CONNECTION_LOST): .*${before.url}`),
      );
    }
    await broker([], before.port);
    await expect.poll(() => failureOf(() => writeAndRead(binding, form)), { timeout }).toBe('no failure');
  });

  test('who waits for a message learns that the broker went away', async () => {
    const before = await broker();
    const binding = client();
    await writeAndRead(binding, retained(`${before.url}/a/b`));
    const read = failureOf(() =>
      binding.request({ op: 'readproperty', form: { href: `${before.url}/c` }, timeout }),
    );
    await writeAndRead(binding, retained(`${before.url}/a/b`));
    await before.stop();
    expect(await read).toMatch(new RegExp(`^unavailable CONNECTION_LOST: .*${before.url}`));
  });

  test('what a broker says that it does not take is not sent', async () => {
    const { url } = await broker(['retain_available false', 'max_packet_size 100']);
    const binding = client();
    const write = (form: Form, size: number) =>
      failureOf(() =>
        binding.request({
          ...{ op: 'writeproperty', form: { 'mqv:qos': '1', ...form }, timeout },
          content: { type: 'application/json', body: Buffer.alloc(size, '1') },
        }),
      );
    expect(await write(retained(`${url}/a`), 1)).toMatch(
      /^not-implemented RETAIN_UNAVAILABLE: .*mqtt:.* for a asks/,
    );
    const form = { href: `${url}/a` };
    expect(await write(form, 80)).toBe('no failure');
    for (const size of [98, 101]) {
      expect(await write(form, size)).toMatch(/^too-large BODY_TOO_LARGE: .* to a .* 100 bytes .*mqtt:/);
    }
  });

  test('a request whose answer was cut off is not sent again', async () => {
    const { url } = await broker();
    const { servient } = await servientAt(url);
    let blows = 0;
    const { td } = await servient.expose({
      td: { title: 'Whistle', actions: { blow: {} } },
      options: {},
      handlers: () => ({ actions: { blow: () => void blows++ } }),
    });
    const relay = await cuttingProxy(url);
    stops.push(() => relay.stop());
    const form = { ...td().actions?.['blow']?.forms?.[0], href: relay.base.replace('http', 'mqtt') };
    const binding = client();
    const blow = () => binding.request({ op: 'invokeaction', form, timeout });
    await blow();
    relay.mute();
    const lost = failureOf(blow);
    await expect.poll(() => blows).toBe(2);
    relay.cut();
    expect(await lost).toMatch(/^unavailable CONNECTION_LOST/);
    await vi.waitFor(blow, { timeout });
    expect(blows).toBe(3);
  });

  test('a frozen broker costs each request its own time', async () => {
    const frozen = await broker();
    const binding = client();
    await writeAndRead(binding, retained(`${frozen.url}/a/b`));
    frozen.freeze();
    const form = { href: `${frozen.url}/c` };
    expect(await failureOf(() => binding.request({ op: 'readproperty', form, timeout: 50 }))).toMatch(
      /^timeout RESPONSE_TIMEOUT: .*\/c /,
    );
    frozen.thaw();
  });
});

describe.skipIf(parts.missing)(`who does not answer${parts.note}`, () => {
  test('a Thing that thinks, one that is not there, one whose servient died, one that is offline', async () => {
    const { url } = await broker();
    const { servient, td } = await servientAt(url);
    const binding = client();
    const form = td.actions?.['wait']?.forms?.[0] ?? { href: '' };
    const ask = (each: Form, limit = timeout) =>
      failureOf(() => binding.request({ op: 'invokeaction', form: each, timeout: limit }));
    expect(await ask(form, 700)).toMatch(/^timeout RESPONSE_TIMEOUT/);
    const elsewhere = JSON.parse(JSON.stringify(form).replaceAll('things/horn', 'things/none')) as Form;
    expect(await ask(elsewhere)).toMatch(/^not-found NOBODY_LISTENS: .*things\/none\/actions\/wait\/invoke/);
    const peer = await peerAt(url);
    const say = (topic: string, text: string) => peer.publishAsync(topic, text, { qos: 1, retain: true });
    await say('things/none/servient', 'gone');
    await say('servients/gone/status', 'offline');
    expect(await ask(elsewhere)).toMatch(/^unavailable THING_OFFLINE: .* its servient gone is offline/);
    await say('things/none/status', 'offline');
    expect(await ask(elsewhere)).toMatch(/^unavailable THING_OFFLINE: .* the Thing is offline/);
    await servient.stop();
    expect(await ask(form)).toMatch(/^(unavailable THING_OFFLINE|not-found NOBODY_LISTENS)/);
  });

  test('many requests to a Thing that thinks look for it once', async () => {
    const { url } = await broker();
    const { td } = await servientAt(url);
    const form = td.actions?.['wait']?.forms?.[0] ?? { href: '' };
    const binding = client();
    const subscribe = vi.spyOn(SessionConnection.prototype, 'subscribe');
    stops.push(async () => subscribe.mockRestore());
    const ask = () => failureOf(() => binding.request({ op: 'invokeaction', form, timeout: 600 }));
    for (const told of await Promise.all(Array.from({ length: 100 }, ask))) {
      expect(told).toMatch(/^timeout RESPONSE_TIMEOUT/);
    }
    expect(subscribe.mock.calls.length).toBeLessThan(20);
  });
});
