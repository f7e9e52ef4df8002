import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import type { HostedThing } from '../../src/contracts/interaction.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { type Zigbee2mqttOptions, zigbee2mqtt } from '../../src/servient/zigbee2mqtt/zigbee2mqtt.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { failureOf } from '../support/failure-of.ts';
import { freePort } from '../support/free-port.ts';
import { hurriedClock } from '../support/hurried-clock.ts';
import { keepingLogger } from '../support/logged.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { needs } from '../support/system-parts.ts';
import {
  knownDevices,
  type Listed,
  startZigbee2mqtt,
  type Zigbee2mqttDouble,
} from '../support/zigbee2mqtt.ts';

const context = { principal: anonymous };
const parts = needs('mosquitto');
const broker = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
const ends: (() => Promise<unknown>)[] = [];
let bridge: Zigbee2mqttDouble;
let servient: Servient;
let warnings: () => readonly string[];

beforeAll(() => broker.start());
afterAll(() => broker.stop());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const url = () => broker.addresses[0] ?? '';

/** A servient with the devices of these names. */
async function start(names: readonly string[], options: Partial<Zigbee2mqttOptions> = {}): Promise<void> {
  bridge = await startZigbee2mqtt(options.broker ?? url(), names);
  ends.push(async () => {
    for (const topic of ['bridge/devices', 'bridge/state', ...names.map((name) => `${name}/availability`)]) {
      await bridge.publish(topic, '', true);
    }
    await bridge.stop();
  });
  await serve(options);
}

async function serve(options: Partial<Zigbee2mqttOptions> = {}, clock = systemClock): Promise<void> {
  const { logger, lines } = keepingLogger();
  warnings = () => lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  const services = [zigbee2mqtt({ broker: url(), ...options })];
  servient = createServient({ bindings: [http({ port: 0 })], services, logger, clock });
  ends.push(() => servient.stop());
  await servient.start();
}

const compare = (one: string, other: string) => one.localeCompare(other);
const names = () => [...servient.things.keys()].filter((name) => name !== 'servient').toSorted(compare);
const entry = (name: string, changes: Partial<Listed> = {}): Listed => ({
  ...(knownDevices.get(name)?.device as Listed),
  ...changes,
});
const at = (path: string) => `${servient.addresses[0]}/things/${path}`;

async function get(path: string): Promise<unknown> {
  return (await fetch(at(path))).json();
}

async function send(method: 'PUT' | 'POST', path: string, value?: unknown) {
  const body = value === undefined ? {} : { body: JSON.stringify(value) };
  const response = await fetch(at(path), {
    method,
    headers: { 'content-type': 'application/json' },
    ...body,
  });
  const text = await response.text();
  return { status: response.status, ...(text !== '' && (JSON.parse(text) as object)) };
}

describe('devices of Zigbee2MQTT', () => {
  test('are Things: read and written over HTTP, in the words of a TD', async () => {
    await start(['front door', 'Küche Licht']);
    expect(names()).toEqual(['front-door', 'küche-licht']);
    expect(await get('front-door/properties/state')).toBe(true);
    await bridge.tell('front door', { state: 'UNLOCK', battery: null });
    await expect.poll(() => get('front-door/properties/state')).toBe(false);
    expect(await send('PUT', 'front-door/properties/state', true)).toEqual({ status: 204 });
    expect(await get('front-door/properties/state')).toBe(true);
    expect(await send('PUT', 'küche-licht/properties/color', { x: 0.3, y: 0.4 })).toEqual({ status: 204 });
    expect(bridge.asked).toEqual([
      'zigbee2mqtt/front door/get {"state":""}',
      'zigbee2mqtt/front door/set {"state":"LOCK"}',
      'zigbee2mqtt/Küche Licht/set {"color":{"x":0.3,"y":0.4}}',
    ]);
    expect(await get('front-door/properties/battery')).toMatchObject({ code: 'VALUE_UNKNOWN' });
    expect(warnings()).toEqual([]);
  });

  test('are observed, and tell buttons as events; what a broker retained of those is no event', async () => {
    await start(['remote', 'greenhouse/air']);
    await bridge.publish('remote', '{"action":"off","battery":70}', true);
    await expect.poll(() => get('remote/properties/battery')).toBe(70);
    await servient.stop();
    await serve();
    await expect.poll(() => get('remote/properties/battery')).toBe(70);
    const { changes } = (servient.things.get('remote') as HostedThing).interactions.replay(0, context);
    expect(changes.filter(({ kind }) => kind === 'events')).toEqual([]);
    const heard: unknown[] = [];
    await using remote = await consume(at('remote'));
    await using air = await consume(at('greenhouse-air'));
    const stop = new AbortController();
    const actions = remote.events['action']?.subscribe({ signal: stop.signal });
    const temperatures = air.properties['temperature']?.observe({ signal: stop.signal });
    await actions?.ready;
    await temperatures?.ready;
    for (const action of ['on', '']) await bridge.tell('remote', { battery: 70 }, { action });
    for (const temperature of [20, 20, 21]) await bridge.tell('greenhouse/air', { temperature });
    for (const stream of [actions, temperatures, temperatures]) heard.push((await stream?.next())?.value);
    expect(heard).toEqual(['on', 20, 21]);
    stop.abort();
    await bridge.publish('remote', '', true);
  });

  test('are told what to do by actions, whose end no state shows', async () => {
    await start(['blind', 'hall/lights', 'Küche Licht']);
    bridge.answer = () => undefined;
    for (const path of [
      'blind/actions/stop',
      'hall-lights/actions/toggle_left',
      'küche-licht/actions/identify',
    ]) {
      expect(await send('POST', path)).toEqual({ status: 204 });
    }
    expect(await send('POST', 'küche-licht/actions/effect', 'blink')).toEqual({ status: 204 });
    expect(await send('POST', 'küche-licht/actions/effect', 'dance')).toMatchObject({
      code: 'INPUT_MISMATCH',
    });
    await expect
      .poll(() => bridge.asked)
      .toEqual([
        'zigbee2mqtt/blind/set {"state":"STOP"}',
        'zigbee2mqtt/hall/lights/set {"state_left":"TOGGLE"}',
        'zigbee2mqtt/Küche Licht/set {"identify":"identify"}',
        'zigbee2mqtt/Küche Licht/set {"effect":"blink"}',
      ]);
  });

  test('may round what is written', async () => {
    await start(['bathroom valve']);
    const setpoint = 'bathroom-valve/properties/current_heating_setpoint';
    await bridge.tell('bathroom valve', { current_heating_setpoint: 18 });
    await expect.poll(() => get(setpoint)).toBe(18);
    bridge.answer = () => ({ current_heating_setpoint: 21.5 });
    expect(await send('PUT', setpoint, 21)).toEqual({ status: 204 });
    expect(await get(setpoint)).toBe(21.5);
  });

  test('on battery confirm nothing by telling an earlier value that nobody knew', async () => {
    await start(['bathroom valve'], { timeout: 100 });
    bridge.answer = () => ({ current_heating_setpoint: 17 });
    const setpoint = 'bathroom-valve/properties/current_heating_setpoint';
    expect(await send('PUT', setpoint, 21)).toMatchObject({ code: 'WRITE_UNCONFIRMED' });
  });

  test('that do not answer keep nobody from what is known', async () => {
    await start(['Küche Licht'], { timeout: 100 });
    await bridge.tell('Küche Licht', { brightness: 7, state: null, color: null, color_temp: null });
    await expect.poll(() => get('küche-licht/properties/brightness')).toBe(7);
    const all = (await get('küche-licht/properties')) as object;
    expect(all).toMatchObject({ brightness: 7 });
    expect(all).not.toHaveProperty('state');
    expect(await get('küche-licht/properties/state')).toMatchObject({ status: 504, code: 'VALUE_UNKNOWN' });
    expect(warnings()).toEqual([]);
  });

  test('say why they cannot be reached', async () => {
    await start(['plug', 'greenhouse/air'], { timeout: 100 });
    bridge.answer = () => new Error("no response received to 'on'");
    expect(await send('PUT', 'plug/properties/state', true)).toMatchObject({
      status: 503,
      code: 'DEVICE_FAILED',
      detail: expect.stringContaining("no response received to 'on'"),
    });
    bridge.answer = () => undefined;
    expect(await send('PUT', 'plug/properties/state', true)).toMatchObject({
      status: 504,
      code: 'WRITE_UNCONFIRMED',
    });
    await bridge.publish('plug/availability', '{"state":"offline"}', true);
    await expect.poll(() => servient.things.get('plug')?.fault?.error.code).toBe('DEVICE_OFFLINE');
    expect(await get('plug/properties/state')).toMatchObject({ code: 'DEVICE_OFFLINE', status: 503 });
    await bridge.publish('plug/availability', 'online', true);
    await expect.poll(() => get('plug/properties/power')).toBe(12.4);
    await bridge.publish('bridge/state', 'offline', true);
    await expect
      .poll(() => get('greenhouse-air/properties/temperature'))
      .toMatchObject({ code: 'ZIGBEE2MQTT_OFFLINE', status: 503 });
  });

  test('that tell more than their definition allows are read all the same', async () => {
    await start(['remote', 'blind']);
    await bridge.tell('blind', { position: 140, linkquality: 12 });
    await expect.poll(() => get('blind/properties/position')).toBe(140);
    await bridge.tell('remote', {}, { action: 'dial_rotate' });
    await expect.poll(warnings).toHaveLength(2);
    expect(warnings()[0]).toMatch(/"blind" \(zigbee2mqtt\/blind\) tells "position" as its definition/);
    await expect
      .poll(async () => (await get('remote')) as object)
      .toMatchObject({ events: { action: { data: { type: 'string' } } } });
    await using remote = await consume(at('remote'));
    const actions = remote.events['action']?.subscribe();
    await actions?.ready;
    await bridge.tell('remote', {}, { action: 'dial_rotate' });
    expect((await actions?.next())?.value).toBe('dial_rotate');
    await actions?.return();
  });

  test('come, change, are renamed and go; nobody else is touched', async () => {
    await start(['plug', 'blind']);
    const untouched = servient.things.get('blind');
    await bridge.list([entry('plug', { friendly_name: 'Pump 1' }), entry('blind'), entry('remote')]);
    await expect.poll(names).toEqual(['blind', 'pump-1', 'remote']);
    expect(servient.things.get('pump-1')?.id).toBe('urn:dev:mac:00158d0002a71b33');
    expect(servient.things.get('blind')).toBe(untouched);
    const definition = { ...(entry('plug')['definition'] as object), exposes: [] };
    await bridge.list([entry('plug', { friendly_name: 'Pump 1', definition }), entry('blind')]);
    await expect.poll(names).toEqual(['blind', 'pump-1']);
    await expect.poll(() => servient.things.get('pump-1')?.affordances.properties).toEqual({});
  });

  test('leave the names of other Things alone', async () => {
    await start([]);
    await servient.expose({ td: { title: 'plug' }, options: {}, handlers: () => ({}) });
    await bridge.list([entry('plug'), entry('blind', { friendly_name: 'plug!' })]);
    await expect.poll(names).toEqual(['plug', 'plug-2', 'plug-3']);
    await bridge.list([]);
    await expect.poll(names).toEqual(['plug']);
  });

  test('whose messages are none are told once, and lose nothing', async () => {
    await start(['plug']);
    await bridge.tell('plug', { power: 5 });
    for (const state of [
      '{"power":',
      '{"power":',
      '[7]',
      '{"__proto__":{"power":9},"constructor":1}',
      ' '.repeat(300_000),
    ]) {
      await bridge.publish('plug', state);
    }
    for (const list of ['[', '{}']) await bridge.publish('bridge/devices', list);
    await bridge.list([entry('plug'), entry('blind', { ieee_address: 'x' }), entry('remote')]);
    await expect.poll(names).toEqual(['plug', 'remote']);
    expect(await get('plug/properties/power')).toBe(5);
    expect(warnings()).toEqual([
      expect.stringMatching(/zigbee2mqtt\/plug is ignored: .*JSON/),
      'A message at zigbee2mqtt/plug is ignored: it is no object.',
      'A message at zigbee2mqtt/plug is ignored: it has 300000 bytes, and 262144 are read.',
      expect.stringMatching(/bridge\/devices is ignored: .*JSON/),
      'Not all of zigbee2mqtt/bridge/devices can be used: it is no array',
      'Not all of zigbee2mqtt/bridge/devices can be used: the device "blind" has no IEEE address',
    ]);
  });
});

describe('the way to Zigbee2MQTT', () => {
  test('is checked', async () => {
    expect(await failureOf(() => zigbee2mqtt({ broker: 'somewhere' }))).toContain('BROKER_ADDRESS_INVALID');
    expect(await failureOf(() => zigbee2mqtt({ broker: 'mqtt://h/site/%2B' }))).toContain('"site/+"');
    expect(await failureOf(() => zigbee2mqtt({ broker: 'mqtt://h', baseTopic: 'a/#' }))).toContain(
      'BASE_TOPIC_INVALID',
    );
  });

  test.skipIf(parts.missing)(`may be away, at the start and later${parts.note}`, async () => {
    const port = await freePort();
    const options = { broker: `mqtt://127.0.0.1:${port}` };
    await serve(options, hurriedClock);
    expect(warnings()).toEqual([
      expect.stringMatching(/cannot be heard: .*cannot be reached/),
      expect.stringMatching(/has not told its devices yet/),
    ]);
    const first = await startMosquitto(parts.command('mosquitto'), [], port);
    ends.push(() => first.stop());
    bridge = await startZigbee2mqtt(options.broker, ['plug']);
    ends.push(() => bridge.stop());
    await expect.poll(names).toEqual(['plug']);
    expect(await send('PUT', 'plug/properties/state', true)).toEqual({ status: 204 });
    await bridge.stop();
    await first.stop();
    await expect.poll(() => servient.things.get('plug')?.fault?.error.code).toBe('CONNECTION_LOST');
    const second = await startMosquitto(parts.command('mosquitto'), [], port);
    ends.push(() => second.stop());
    bridge = await startZigbee2mqtt(options.broker, ['plug', 'remote']);
    await expect.poll(names, { timeout: 5000 }).toEqual(['plug', 'remote']);
    await expect.poll(() => servient.things.get('plug')?.fault).toBeUndefined();
    expect(await send('PUT', 'plug/properties/state', false)).toEqual({ status: 204 });
  });

  test.skipIf(parts.missing)(`loses no list where it is cut${parts.note}`, async () => {
    const mosquitto = await startMosquitto(parts.command('mosquitto'));
    ends.push(() => mosquitto.stop());
    const proxy = await cuttingProxy(mosquitto.url);
    ends.push(() => proxy.stop());
    bridge = await startZigbee2mqtt(mosquitto.url, ['plug']);
    ends.push(() => bridge.stop());
    await serve({ broker: proxy.base.replace('http', 'mqtt') });
    expect(names()).toEqual(['plug']);
    proxy.cut();
    await bridge.list([entry('plug'), entry('remote')]);
    await expect.poll(names, { timeout: 5000 }).toEqual(['plug', 'remote']);
  });

  test('is left in time, though the broker says nothing', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    ends.push(async () => void silent.close());
    await once(silent, 'listening');
    await serve({ broker: `mqtt://127.0.0.1:${(silent.address() as AddressInfo).port}` }, hurriedClock);
    const begun = performance.now();
    await servient.stop();
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
