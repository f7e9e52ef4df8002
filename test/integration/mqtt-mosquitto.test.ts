import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { hurriedClock } from '../support/hurried-clock.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { nextMessage } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';

const parts = needs('mosquitto');
const command = parts.command('mosquitto');
const lamp: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: { level: { type: 'number', observable: true } },
    events: { burnt: { data: { type: 'string' } } },
  },
  options: { name: 'lamp' },
  handlers: () => ({ properties: { level: { initial: 1 } } }),
};

describe.skipIf(parts.missing)(`an external broker${parts.note}`, () => {
  let broker: Mosquitto;
  let servient: Servient;
  const clients: MqttClient[] = [];

  beforeEach(async () => {
    broker = await startMosquitto(command);
    servient = createServient({ bindings: [mqtt({ broker: broker.url, responseTopics: ['mine/#'] })] });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
    await servient.stop();
    await broker.stop();
  });

  function peer(): MqttClient {
    const client = connect(broker.url, { protocolVersion: 5, reconnectPeriod: 20 });
    clients.push(client);
    return client;
  }

  test('MQTT 5: the result comes to the response topic, with its correlation data and status [response-topic, correlation-data, content-type, user-property]', async () => {
    await servient.start();
    await servient.expose(lamp);
    const client = peer();
    await client.subscribeAsync('mine/+');
    const ask = async (topic: string, payload: string) => {
      const answer = nextMessage(client);
      const properties = { responseTopic: 'mine/1', correlationData: Buffer.from('c') };
      client.publish(topic, payload, { properties });
      const { text, packet } = await answer;
      return {
        ...packet.properties,
        text,
        userProperties: { ...packet.properties?.userProperties },
      };
    };
    expect(await ask('things/lamp/properties/level/get', '')).toEqual({
      text: '1',
      contentType: 'application/json',
      correlationData: Buffer.from('c'),
      userProperties: { status: 'ok' },
    });
    const refused = await ask('things/lamp/properties/level/set', '"x"');
    expect(refused.userProperties).toEqual({ status: 'invalid', code: expect.any(String) });
    expect(JSON.parse(refused.text)).toMatchObject({ kind: 'invalid', errors: [{ pointer: '' }] });
  });

  test('a response topic where values are told, and a retained request, are not served', async () => {
    await servient.start();
    const { handle } = await servient.expose(lamp);
    const client = peer();
    const seen: string[] = [];
    client.on('message', (topic, payload) => seen.push(`${topic}=${payload}`));
    await client.subscribeAsync('things/lamp/events/burnt');
    const get = 'things/lamp/properties/level/get';
    client.publish(get, '', { properties: { responseTopic: 'things/lamp/events/burnt' } });
    await client.publishAsync('things/lamp/properties/level/set', '9', { retain: true, qos: 1 });
    await client.subscribeAsync('mine/2');
    const answer = nextMessage(client);
    client.publish(get, '', { properties: { responseTopic: 'mine/2' } });
    await answer;
    expect([seen, handle.get('level')]).toEqual([['mine/2=1'], 1]);
  });

  test('a request at a malformed topic is told so; an unsafe response topic is not served, and logged', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    servient = createServient({ bindings: [mqtt({ broker: broker.url })], logger });
    await servient.start();
    const { handle } = await servient.expose(lamp);
    const client = peer();
    const seen: string[] = [];
    client.on('message', (topic) => seen.push(topic));
    await client.subscribeAsync(['zigbee/#', 'mine/#']);
    const reply = 'things/lamp/properties/level/reply/me/1';
    await client.subscribeAsync(reply);
    for (const responseTopic of ['zigbee/lock/set', 'mine/1', 'servients/x/status', 'things/lamp']) {
      client.publish('things/lamp/properties/level/set', '7', { properties: { responseTopic } });
    }
    const answer = nextMessage(client);
    client.publish('things/lamp/properties/level/get/a/b/c', '', { properties: { responseTopic: reply } });
    expect(JSON.parse((await answer).text)).toMatchObject({ kind: 'invalid', code: 'TOPIC_MALFORMED' });
    expect([seen, handle.get('level')]).toEqual([[reply], 1]);
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toContain('zigbee/lock/set');
  });

  test('a name that another servient uses is not taken from it; that of one that is gone is', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const bindings = [http({ port: 0 }), mqtt({ broker: broker.url })];
    const other = createServient({ bindings, logger });
    const overMqtt = (td: ThingDescription) =>
      td.properties?.['level']?.forms?.filter(({ href }) => href.startsWith('mqtt:'));
    await servient.expose(lamp);
    const second = await other.expose(lamp);
    expect(overMqtt(second.td())).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^The Thing "lamp" .* belongs to the servient thingwright-/),
    ]);
    expect(warnings[0]).toContain(second.id);
    second.handle.set('level', 9);
    await other.unexpose('lamp');
    const client = peer();
    const value = nextMessage(client);
    await client.subscribeAsync('things/lamp/properties/level');
    expect((await value).text).toBe('1');
    await servient.stop();
    const third = await other.expose(lamp);
    expect(overMqtt(third.td())).toHaveLength(2);
    await other.stop();
  });

  test('a broker that freezes holds up neither coming nor going', async () => {
    servient = createServient({ bindings: [mqtt({ broker: broker.url })], clock: hurriedClock });
    await servient.expose(lamp);
    broker.freeze();
    await servient.expose({ ...lamp, options: { name: 'late' } });
    await servient.unexpose('lamp');
    expect([...servient.things.keys()]).toEqual(['servient', 'late']);
  });

  test('a broker that never answers does not hold up the start', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const patient = createServient({
      bindings: [mqtt({ broker: `mqtt://127.0.0.1:${port}` })],
      clock: hurriedClock,
      logger,
    });
    await patient.expose(lamp);
    expect(warnings).toEqual([expect.stringContaining(`127.0.0.1:${port} does not answer`)]);
    await patient.stop();
    mute.close();
  });

  test('after the broker came back empty everything is there again', async () => {
    await servient.start();
    const { handle, td } = await servient.expose(lamp);
    const binding = mqttClient();
    const values: string[] = [];
    let gaps = 0;
    const waiting: (() => void)[] = [];
    const form = td().properties?.['level']?.forms?.[0] ?? { href: '' };
    await binding.subscribe(
      { op: 'observeproperty', form, timeout: 5000 },
      {
        next: ({ content }) => {
          values.push(String(content?.body));
          for (const call of waiting.splice(0)) call();
        },
        gap: () => {
          gaps++;
        },
        failed() {},
        ended() {},
      },
    );
    const until = async (value: string) => {
      while (values.at(-1) !== value) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    await until('1');
    await broker.stop();
    handle.set('level', 2);
    handle.set('level', 3);
    broker = await startMosquitto(command, [], broker.port);
    await until('3');
    // What the broker never had the servient tells.
    expect([values, gaps]).toEqual([['1', '2', '3'], 0]);
    const client = peer();
    const state = nextMessage(client);
    await client.subscribeAsync('servients/+/status');
    expect((await state).text).toBe('online');
    await binding.stop();
  });

  test('a broker that comes later', async () => {
    await broker.stop();
    await servient.start();
    const { handle } = await servient.expose(lamp);
    handle.set('level', 4);
    broker = await startMosquitto(command, [], broker.port);
    const client = peer();
    const value = nextMessage(client);
    await client.subscribeAsync('things/lamp/properties/level');
    expect((await value).text).toBe('4');
  });

  test('a broker that is away makes the servient not ready', async () => {
    const web = http({ port: 0 });
    servient = createServient({ bindings: [web, mqtt({ broker: broker.url })] });
    await servient.start();
    const ready = async () => (await (await fetch(`${web.httpSide.base}/readyz`)).json()) as object;
    expect(await ready()).toEqual({ status: 'ready' });
    await broker.stop();
    await expect
      .poll(ready, { timeout: 5000 })
      .toMatchObject({ status: 503, detail: `The MQTT broker ${broker.url} is away.` });
    broker = await startMosquitto(command, [], broker.port);
    await expect.poll(ready, { timeout: 5000 }).toEqual({ status: 'ready' });
  });

  test('the state of a stopped servient is offline', async () => {
    await servient.start();
    await servient.stop();
    const client = peer();
    const state = nextMessage(client);
    await client.subscribeAsync('servients/+/status');
    const { text, packet } = await state;
    expect([text, packet.retain]).toEqual(['offline', true]);
  });

  test('a broker that freezes does not hold up the stop', async () => {
    await servient.start();
    const { handle } = await servient.expose(lamp);
    broker.freeze();
    handle.emit('burnt', 'unacknowledged');
    await expect(servient.stop()).resolves.toBeUndefined();
  });

  test('a broker that refuses us is an error at once, for server and client [reason-code]', async () => {
    await broker.stop();
    broker = await startMosquitto(command, ['allow_anonymous false'], broker.port);
    const expected = { kind: expect.stringMatching(/unauthenticated|forbidden/), code: 'BROKER_REFUSED' };
    await expect(servient.start()).rejects.toMatchObject(expected);
    const form = { href: `${broker.url}/things/lamp` };
    const binding = mqttClient();
    await expect(binding.request({ op: 'readproperty', form, timeout: 5000 })).rejects.toMatchObject(
      expected,
    );
    await binding.stop();
  });
});
