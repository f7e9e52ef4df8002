import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { connect, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { type Clock, waitingClock } from '../../src/contracts/clock.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { happens, nextMessage } from '../support/mqtt-events.ts';
import { needs } from '../support/system-parts.ts';

const run = promisify(execFile);
const patience = 5000;

let servient: Servient;
let client: MqttClient;
let calls: string[];
const binding = mqttClient();

function lamp(name: string): ThingDefinition {
  return {
    td: {
      title: name,
      properties: { level: { type: 'number', observable: true } },
      actions: { blink: { input: { type: 'integer' }, output: { type: 'string' } } },
      events: { burnt: { data: { type: 'string' } } },
    },
    options: { name },
    handlers: () => ({
      properties: { level: { initial: 1, written: (value) => void calls.push(`${name} level ${value}`) } },
      actions: {
        blink: (times) => {
          calls.push(`${name} blink ${times}`);
          return 'done';
        },
      },
    }),
  };
}

beforeEach(async () => {
  calls = [];
  servient = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
  await servient.start();
  client = connect(address(), { protocolVersion: 4 });
  await happens(client, 'connect');
});

afterEach(async () => {
  await client.endAsync(true);
  await binding.stop();
  await servient.stop();
});

const address = (): string => servient.addresses[0] ?? '';
const port = (): string => new URL(address()).port;

/** The next message on any of the filters. */
async function next(
  ...filters: readonly string[]
): Promise<{ topic: string; text: string; retained: boolean }> {
  const message = nextMessage(client);
  await client.subscribeAsync([...filters]);
  const { topic, text, packet } = await message;
  return { topic, text, retained: packet.retain };
}

test('TD, values and the servient’s state are retained', async () => {
  await servient.expose(lamp('lamp'));
  const td = await next('things/lamp');
  expect([JSON.parse(td.text).title, td.retained]).toEqual(['lamp', true]);
  expect(await next('things/lamp/properties/+')).toEqual({
    topic: 'things/lamp/properties/level',
    text: '1',
    retained: true,
  });
  expect(await next('servients/+/status')).toMatchObject({ text: 'online', retained: true });
});

test('the servient’s own TD links to all Things', async () => {
  await servient.expose(lamp('lamp'));
  const { text } = await next('things/servient');
  expect(JSON.parse(text).links).toEqual([expect.objectContaining({ rel: 'item', href: '/things/lamp' })]);
});

test('with 1,000 Things on one connection one message is one call', { timeout: 60_000 }, async () => {
  const names = Array.from({ length: 1000 }, (_, count) => `lamp${count}`);
  await Promise.all(names.map((name) => servient.expose(lamp(name))));
  await client.subscribeAsync('things/lamp3/actions/blink/reply/me/+');
  const answer = nextMessage(client);
  client.publish('things/lamp3/actions/blink/invoke/me/1', '7');
  const { topic, text } = await answer;
  expect([topic, text]).toEqual(['things/lamp3/actions/blink/reply/me/1', '{"status":"ok","value":"done"}']);
  expect(calls).toEqual(['lamp3 blink 7']);
});

test('a failed request tells kind and code', async () => {
  await servient.expose(lamp('lamp'));
  await client.subscribeAsync('things/lamp/+/+/reply/me/+');
  const requests: readonly (readonly [string, string, object])[] = [
    ['properties/level/set/me/1', '"high"', { status: 'invalid', problem: { errors: [{ pointer: '' }] } }],
    ['properties/level/set/me/2', '{', { status: 'invalid', problem: { code: 'PAYLOAD_MALFORMED' } }],
    ['actions/nowhere/invoke/me/3', '', { status: 'not-found', problem: { code: 'AFFORDANCE_UNKNOWN' } }],
    ['actions/blink/query/me/4', '7', { status: 'invalid', problem: { code: 'PAYLOAD_UNEXPECTED' } }],
    ['properties/level/set/me/5', ' '.repeat(1024 * 1024 + 1), { status: 'too-large' }],
  ];
  for (const [topic, payload, expected] of requests) {
    const answer = nextMessage(client);
    client.publish(`things/lamp/${topic}`, payload);
    expect(JSON.parse((await answer).text)).toMatchObject(expected);
  }
  expect(calls).toEqual([]);
});

test('others cannot say what a Thing says, nor leave requests lying about', async () => {
  await servient.expose(lamp('lamp'));
  const spoofs = [
    ['things/lamp/properties/level', false],
    ['things/lamp', false],
    ['things/lamp/properties/level/reply/me/1', false],
    ['things/lamp/properties/level/set', true],
  ] as const;
  for (const [topic, retain] of spoofs) await client.publishAsync(topic, '9', { retain, qos: 1 });
  expect((await next('things/lamp/properties/level')).text).toBe('1');
  expect(calls).toEqual([]);
});

test('removing a Thing clears what is retained of it and ends observations', async () => {
  const { td } = await servient.expose(lamp('lamp'));
  await servient.expose(lamp('other'));
  const [form = { href: '' }] = td().properties?.['level']?.forms ?? [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const listener = { next() {}, failed() {}, ended: resolve };
  await binding.subscribe({ op: 'observeproperty', form, timeout: patience }, listener);
  await servient.unexpose('lamp');
  await ended;
  const left: string[] = [];
  client.on('message', (topic) => left.push(topic));
  await client.subscribeAsync('things/lamp/#');
  // Retained messages come in the order of the subscriptions.
  await next('things/other/properties/level');
  expect(left).toEqual(['things/other/properties/level']);
});

test('a TD of the older style, with topics in its addresses', async () => {
  await servient.expose(lamp('lamp'));
  const at = (path: string) => ({ href: `${address()}/things/lamp/${path}` });
  const read = await binding.request({ op: 'readproperty', form: at('properties/level'), timeout: patience });
  expect(String(read.content?.body)).toBe('1');
  const content = { type: 'application/json', body: Buffer.from('5') };
  const values: string[] = [];
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  await binding.subscribe(
    { op: 'observeproperty', form: at('properties/level'), timeout: patience },
    {
      next: (notification) => {
        if (values.push(String(notification.content?.body)) === 2) resolve();
      },
      failed() {},
      ended() {},
    },
  );
  expect(
    await binding.request({
      op: 'writeproperty',
      form: at('properties/level/set'),
      content,
      timeout: patience,
    }),
  ).toEqual({});
  await changed;
  expect([values, calls]).toEqual([['1', '5'], ['lamp level 5']]);
});

test('a read that nobody answers names broker and topic', async () => {
  const form = { href: `${address()}/nothing/here` };
  await expect(binding.request({ op: 'readproperty', form, timeout: 50 })).rejects.toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining(`${address()}/nothing/here`),
  });
});

test('a broker that is not there', async () => {
  const gone = address();
  await servient.stop();
  const request = binding.request({ op: 'readproperty', form: { href: `${gone}/a` }, timeout: patience });
  await expect(request).rejects.toMatchObject({ kind: 'unavailable', code: 'BROKER_UNREACHABLE' });
});

test('a port that is taken', async () => {
  const second = createServient({ bindings: [mqtt({ broker: 'embedded', port: Number(port()) })] });
  await expect(second.start()).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(`MQTT port ${port()}`),
  });
});

test('a burst of events arrives whole and in order', async () => {
  const { handle } = await servient.expose(lamp('lamp'));
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const texts: string[] = [];
  client.on('message', (_topic, payload) => {
    if (texts.push(String(payload)) === 5000) resolve();
  });
  await client.subscribeAsync('things/lamp/events/burnt', { qos: 1 });
  const sent = Array.from({ length: 5000 }, (_, count) => String(count));
  for (const text of sent) handle.emit('burnt', text);
  await all;
  expect(texts).toEqual(sent.map((text) => JSON.stringify(text)));
});

test('an op that is none, and a request too many, get an answer', async () => {
  const { promise: never } = Promise.withResolvers<never>();
  const { td } = lamp('lamp');
  const handlers = () => ({ actions: { blink: () => never } });
  await servient.expose({
    td: { ...td, properties: {}, events: {} },
    options: { name: 'lamp' },
    handlers,
  });
  await client.subscribeAsync('things/lamp/ops/reply/me/+');
  await client.subscribeAsync('things/lamp/actions/blink/reply/me/+');
  const ask = async (topic: string) => {
    const answer = nextMessage(client);
    client.publish(`things/lamp/${topic}`, '7');
    return JSON.parse((await answer).text);
  };
  const unknown = { status: 'not-found', problem: { code: 'OP_UNKNOWN' } };
  expect(await ask('ops/readeverything/me/1')).toMatchObject(unknown);
  for (let count = 0; count < 4096; count++) client.publish('things/lamp/actions/blink/invoke/me/2', '7');
  const busy = { status: 'overloaded', problem: { code: 'TOO_MANY_REQUESTS' } };
  expect(await ask('actions/blink/invoke/me/3')).toMatchObject(busy);
});

test('what is larger than a form allows is not sent', async () => {
  const { td } = await servient.expose(lamp('lamp'));
  const form = td().properties?.['level']?.forms?.find(({ op }) => op === 'writeproperty');
  const content = { type: 'application/json', body: Buffer.alloc(Number(form?.['tw:maxPayload']) + 1) };
  const away = { ...form, href: 'mqtt://127.0.0.1:1' };
  const request = { op: 'writeproperty', form: away, content, timeout: patience } as const;
  await expect(binding.request(request)).rejects.toMatchObject({
    kind: 'too-large',
    code: 'BODY_TOO_LARGE',
  });
});

test('a TD that is nowhere is not found', async () => {
  const hasty: Clock = { ...waitingClock, after: (_delay, call) => waitingClock.after(50, call) };
  const hurried = mqttClient({ clock: hasty });
  await expect(fetchTd(hurried, `${address()}/things/none`, 0)).rejects.toMatchObject({
    kind: 'not-found',
    code: 'NOTHING_RETAINED',
    message: expect.stringContaining('things/none'),
  });
  await hurried.stop();
});

test.each(['application/xml', 'text/plain', 'application/octet-stream', ''])(
  'the content type %j is refused',
  (contentType) => {
    expect(() => mqtt({ broker: 'embedded', contentType })).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'CONTENT_TYPE_UNKNOWN' }),
    );
  },
);

test('a filter of response topics that is none is refused', () => {
  expect(() => mqtt({ broker: 'embedded', responseTopics: ['a/#/b'] })).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'TOPIC_FILTER_INVALID' }),
  );
});

const parts = needs('mosquitto_pub', 'mosquitto_sub');

describe.skipIf(parts.missing)(`with mosquitto's clients${parts.note}`, () => {
  const to = (topic: string): string[] => ['-h', '127.0.0.1', '-p', port(), '-t', topic];
  const publish = (topic: string, ...rest: string[]) =>
    run(parts.command('mosquitto_pub'), [...to(topic), ...rest]);

  test('a bare publish acts, and subscribers see it', async () => {
    await servient.expose(lamp('lamp'));
    const sub = spawn(parts.command('mosquitto_sub'), [
      ...to('things/lamp/properties/level'),
      '-C',
      '2',
      '-W',
      '10',
    ]);
    const exited = once(sub, 'exit');
    const lines = createInterface(sub.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('1');
    await publish('things/lamp/properties/level/set', '-m', '8');
    expect((await lines.next()).value).toBe('8');
    expect(calls).toEqual(['lamp level 8']);
    await exited;
  });

  test('an event arrives', async () => {
    const { handle } = await servient.expose(lamp('lamp'));
    const topics = [...to('things/lamp/events/burnt'), '-t', 'things/lamp', '-q', '1', '-C', '2', '-W', '10'];
    const sub = spawn(parts.command('mosquitto_sub'), topics);
    const exited = once(sub, 'exit');
    const lines = createInterface(sub.stdout)[Symbol.asyncIterator]();
    await lines.next(); // the TD: the subscription stands
    handle.emit('burnt', 'left');
    expect((await lines.next()).value).toBe('"left"');
    await exited;
  });

  test('MQTT 5 is refused in words', async () => {
    await expect(publish('a', '-m', 'x', '-V', 'mqttv5')).rejects.toMatchObject({ code: expect.any(Number) });
  });
});
