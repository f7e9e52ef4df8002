import { afterEach, beforeEach, expect, test } from 'vitest';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import type { BrokerLink, Message } from '../../src/bindings/mqtt/server/broker-link.ts';
import { publishThing } from '../../src/bindings/mqtt/server/mqtt-publications.ts';
import { Publisher } from '../../src/bindings/mqtt/server/mqtt-publisher.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';

let servient = createServient();
beforeEach(() => {
  servient = createServient();
});
afterEach(() => servient.stop());

/** A way to a broker that is away at first. */
function slowLink() {
  const messages: Message[] = [];
  const link = {
    connected: false,
    publish(message: Message, done: () => void) {
      messages.push(message);
      setImmediate(done);
    },
  };
  const until = async (count: number): Promise<void> => {
    while (messages.length < count) await new Promise(setImmediate);
  };
  return { messages, link: link as unknown as BrokerLink & { connected: boolean }, until };
}

async function publish(definition: Omit<ThingDefinition, 'options'>) {
  const { handle, name } = await servient.expose({ ...definition, options: { name: 'lamp' } });
  const thing = servient.things.get(name);
  if (!thing) throw new Error('The Thing is not there.');
  const { messages, link, until } = slowLink();
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const publisher = new Publisher(link, 100, logger);
  const topics = new TopicSpace();
  const end = publishThing(thing, {
    topics,
    publisher,
    logger,
    clientId: 's',
    contentType: 'application/json',
  });
  const connect = () => {
    link.connected = true;
    publisher.connected();
  };
  const at = (topic: string) =>
    messages.filter((message) => message.topic === topic).map(({ payload }) => String(Buffer.from(payload)));
  return { handle, connect, until, at, warnings, messages, end };
}

const events = { td: { title: 'Lamp', events: { beat: { data: { type: 'integer' } } } } } as const;

test('events of which the broker does not take all at once come later, in order', async () => {
  const { handle, connect, until, at, warnings } = await publish({ ...events, handlers: () => ({}) });
  for (let beat = 0; beat < 3000; beat++) handle.emit('beat', beat);
  connect();
  await until(3002);
  expect(at('things/lamp/events/beat')).toEqual(Array.from({ length: 3000 }, (_, beat) => String(beat)));
  expect(warnings).toEqual([]);
});

test('what the replay ring no longer holds is told in the log, the rest comes', async () => {
  const { handle, connect, until, at, messages, warnings } = await publish({
    ...events,
    handlers: () => ({}),
  });
  for (let beat = 0; beat < 12_000; beat++) handle.emit('beat', beat);
  connect();
  while (at('things/lamp/events/beat').at(-1) !== '11999') await until(messages.length + 1);
  expect(at('things/lamp/events/beat')).toHaveLength(100 + 10_000);
  expect(warnings).toEqual([expect.stringContaining('Messages of lamp are lost')]);
});

test('a value that is told while the first read hangs is published', async () => {
  const { handle, connect, until, at } = await publish({
    td: { title: 'Lamp', properties: { level: { type: 'number', readOnly: true, observable: true } } },
    handlers: () => ({ properties: { level: { read: () => new Promise(() => {}) } } }),
  });
  connect();
  await until(2);
  handle.notify('level', 5);
  await until(3);
  expect(at('things/lamp/properties/level')).toEqual(['5']);
});

test('a Thing that is removed while the broker is away ends after what it said', async () => {
  const { handle, connect, until, messages, end } = await publish({ ...events, handlers: () => ({}) });
  handle.emit('beat', 1);
  end(true);
  connect();
  await until(3);
  expect(messages.map(({ topic, payload }) => [topic, payload.length])).toEqual([
    ['things/lamp/events/beat', 1],
    ['things/lamp', 0],
    ['things/lamp/status', 0],
  ]);
});

test('what is left when the link is being closed is given up, however much it is; the last word comes before', () => {
  const sent: Message[] = [];
  const underWay: (() => void)[] = [];
  let isClosing = false;
  const publish = (message: Message, done: () => void) => {
    sent.push(message);
    if (isClosing) done();
    else underWay.push(done);
  };
  const link = { connected: true, publish } as unknown as BrokerLink;
  const publisher = new Publisher(link, 10, silentLogger);
  for (let count = 0; count < 20_000; count++) publisher.retain(`t/${count}`, Buffer.from('x'));
  publisher.retainAtOnce('status', Buffer.from('offline'), {});
  expect([sent.length, sent[10]?.topic, sent[10]?.options.retain]).toEqual([11, 'status', true]);
  isClosing = true;
  underWay[0]?.();
  expect(sent.length).toBe(20_001);
});
