import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { Form, Op, PartialTd, ThingDescription } from '../../src/contracts/td.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { kiln } from '../support/kiln.ts';
import { meter } from '../support/meter.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { nextMessage } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';

const run = promisify(execFile);
const parts = needs('mosquitto', 'mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr');

/** Everything that can be asked of the kiln: topic, payload, result. */
const requests: readonly (readonly [string, string, unknown])[] = [
  ['properties/temperature/get', '', 20],
  ['properties/target/set', '950', undefined],
  ['properties/target/get', '', 950],
  ['actions/estimate/invoke', '300', 2],
  ['actions/beep/invoke', '', undefined],
  ['ops/readmultipleproperties', '["target"]', { target: 950 }],
  ['ops/writemultipleproperties', '{"target":960}', undefined],
  ['ops/writeallproperties', '{"target":970,"program":{"steps":[1]}}', undefined],
  ['ops/readallproperties', '', { temperature: 20, target: 970, program: { steps: [1] }, probe: 1 }],
];

interface Result {
  readonly status: string;
  readonly value?: unknown;
}

const brokers = [
  ['MQTT 3.1.1, the embedded broker', async () => undefined],
  ['MQTT 5, mosquitto', () => startMosquitto(parts.command('mosquitto'))],
] as const;

describe.skipIf(parts.missing).each(brokers)(`mosquitto’s clients by %s${parts.note}`, (_name, start) => {
  let external: Mosquitto | undefined;
  let servient: Servient;
  let exposed: ExposedThing;

  beforeAll(async () => {
    external = await start();
    const broker = external ? { broker: external.url } : { broker: 'embedded', port: 0 };
    servient = createServient({ bindings: [mqtt(broker)] });
    exposed = await servient.expose(kiln);
    await servient.start();
  });
  afterAll(async () => {
    await servient.stop();
    await external?.stop();
  });

  const port = () => `${external?.port ?? new URL(String(servient.addresses[0])).port}`;
  const version = () => (external ? 'mqttv5' : 'mqttv311');
  const at = (topic: string) => [
    '-h',
    '127.0.0.1',
    '-p',
    port(),
    '-V',
    version(),
    '-t',
    `things/kiln${topic}`,
  ];
  const parsed = (text: string) => (text === '' ? undefined : (JSON.parse(text) as unknown));

  /** Asks by mosquitto_rr; waits for the result as the version of the protocol has it. */
  async function ask(path: string, payload: string): Promise<Result> {
    const me = external ? '' : '/me/1';
    const reply = `things/kiln/${path.replace(/[^/]*$/, 'reply')}/me/1`;
    const message = payload === '' ? ['-n'] : ['-m', payload];
    const told = ['-F', external ? '%P\n%p' : '%p', '-W', '5'];
    const { stdout } = await run(parts.command('mosquitto_rr'), [
      ...at(`/${path}${me}`),
      '-e',
      reply,
      ...message,
      ...told,
    ]);
    if (!external) return JSON.parse(stdout) as Result;
    const [properties = '', ...lines] = stdout.trimEnd().split('\n');
    const status = /status:([\w-]+)/.exec(properties)?.[1] ?? '';
    return { status, value: parsed(lines.join('\n')) };
  }

  /** What mosquitto_sub hears at first, and then after what is done once it is subscribed. */
  async function hear(topic: string, count: number, act: () => void = () => {}): Promise<readonly string[]> {
    const options = ['-t', 'things/kiln', '-q', '1', '-C', `${count + 1}`, '-W', '5', '-F', '%t %p'];
    const child = spawn(parts.command('mosquitto_sub'), [...at(topic), ...options]);
    const exited = once(child, 'exit');
    const heard: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      // The TD shows that the subscription stands.
      if (line.startsWith('things/kiln {')) act();
      else heard.push(line.replace('things/kiln/', ''));
    }
    await exited;
    return heard;
  }

  test('mosquitto_rr asks all that can be asked', async () => {
    for (const [path, payload, value] of requests) {
      expect([path, await ask(path, payload)]).toEqual([path, { status: 'ok', value }]);
    }
  });

  test('mosquitto_rr is told what is refused', async () => {
    expect((await ask('properties/target/set', '1301')).status).toBe('invalid');
    expect((await ask('properties/temperature/set', '1')).status).toBe('not-allowed');
    expect((await ask('actions/jam/invoke', '')).status).toBe('overloaded');
    expect((await ask('ops/readeverything', '')).status).toBe('not-found');
  });

  test('mosquitto_rr starts an action, looks after it and cancels it', async () => {
    const { value } = await ask('actions/soak/invoke', '');
    const { id } = value as { readonly id: string };
    expect((await ask('actions/soak/query', `"${id}"`)).value).toMatchObject({ status: 'running' });
    const all = (await ask('ops/queryallactions', '')).value;
    expect(all).toMatchObject({ soak: [{ id, status: 'running' }] });
    expect((await ask('actions/soak/cancel', `"${id}"`)).status).toBe('ok');
    expect((await ask('actions/soak/query', `"${id}"`)).status).toBe('not-found');
  });

  test('mosquitto_sub hears values, events and the status, by name and by wildcards; mosquitto_pub acts', async () => {
    await run(parts.command('mosquitto_pub'), [...at('/properties/target/set'), '-m', '100', '-q', '1']);
    await expect.poll(() => exposed.handle.get('target')).toBe(100);
    expect(await hear('/status', 1)).toEqual(['status online']);
    const values = await hear('/properties/+', 3, () => exposed.handle.set('target', 200));
    expect(values.toSorted()).toEqual([
      'properties/target 100',
      'properties/target 200',
      'properties/temperature 20',
    ]);
    const events = await hear('/events/+', 2, () => {
      exposed.handle.emit('overheated', 1400);
      exposed.handle.emit('doorOpened');
    });
    expect(events).toEqual([
      'events/overheated 1400',
      expect.stringMatching(/^events\/doorOpened( null)?\s*$/),
    ]);
  });
});

describe('the terms of the W3C alone', () => {
  let servient: Servient;
  let td: ThingDescription;

  beforeAll(async () => {
    servient = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
    await servient.start();
    const own = (await servient.expose(meter())).td();
    td = JSON.parse(JSON.stringify(own, (key, value) => (key.startsWith('tw:') ? undefined : value)));
  });
  afterAll(() => servient.stop());

  /** The broker, and the topic or filter of an op. */
  function target(
    forms: readonly Form[] | undefined,
    op: Op,
  ): { readonly href: string; readonly topic: string } {
    const form = forms?.find((each) => [each.op].flat().includes(op)) ?? expect.fail(`no form for ${op}`);
    const term = form['mqv:controlPacket'] === 'subscribe' ? 'mqv:filter' : 'mqv:topic';
    return { href: form.href, topic: String(form[term]) };
  }

  test('are enough to read, write, invoke and listen with any MQTT client', async () => {
    const level = td.properties?.['level']?.forms;
    const read = target(level, 'readproperty');
    const client = await connectAsync(read.href);
    const publish = (op: Op, forms: readonly Form[] | undefined, payload: string) =>
      client.publishAsync(target(forms, op).topic, payload);
    const value = nextMessage(client);
    await client.subscribeAsync(read.topic);
    expect(await value).toMatchObject({ text: '20', packet: { retain: true } });
    expect(target(level, 'observeproperty')).toEqual(read);
    const changed = nextMessage(client);
    await publish('writeproperty', level, '21');
    expect((await changed).text).toBe('21');
    await client.subscribeAsync(target(td.events?.['told']?.forms, 'subscribeevent').topic);
    const told = nextMessage(client);
    await publish('invokeaction', td.actions?.['tell']?.forms, '"hello"');
    expect((await told).text).toBe('"hello"');
    await client.endAsync();
  });

  test('are enough for our client, which then has no results', async () => {
    const thing = await consume<PartialTd>(td, { timeout: 5000 });
    onTestFinished(() => thing.stop());
    await thing.properties['level']?.write(30);
    await expect.poll(() => thing.properties['level']?.read()).toBe(30);
    const told = thing.events['told']?.subscribe();
    await told?.ready;
    expect(await thing.actions['tell']?.invoke('hello')).toBeUndefined();
    expect(await told?.next()).toEqual({ done: false, value: 'hello' });
  });
});
