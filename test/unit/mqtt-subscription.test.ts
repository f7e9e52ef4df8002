import type { IPublishPacket } from 'mqtt';
import { expect, test } from 'vitest';
import { TopicSubscription } from '../../src/bindings/mqtt/client/mqtt-subscription.ts';
import { mqttTarget } from '../../src/bindings/mqtt/client/mqtt-target.ts';
import type { Replayed } from '../../src/bindings/mqtt/client/replay.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { Form } from '../../src/contracts/td.ts';

const lost = new WotError('unavailable', 'CONNECTION_LOST', 'lost');

function packet(topic: string, text: string, { id, retain = false }: { id?: number; retain?: boolean } = {}) {
  const properties = id === undefined ? {} : { properties: { userProperties: { id: String(id) } } };
  const payload = Buffer.from(text);
  return { cmd: 'publish', qos: 1, dup: false, retain, topic, payload, ...properties } as IPublishPacket;
}

/** A subscription to `t/events/e`, and all that it told. */
function subscription(form: Partial<Form>, replay?: (after: number) => Promise<Replayed>) {
  const target = mqttTarget('subscribeevent', { href: 'mqtt://b', 'mqv:filter': 't/events/e', ...form });
  const told: unknown[] = [];
  const listener = {
    next: ({ content }: { readonly content?: { readonly body: Uint8Array } }) =>
      told.push(String(content?.body)),
    gap: (gap: object) => told.push(gap),
    failed: () => told.push('failed'),
    ended: () => told.push('ended'),
  };
  return { told, heard: new TopicSubscription({ target, replay }, listener) };
}

const ours = { 'mqv:qos': '1', 'tw:thingTopic': 't' };

test('an event that is delivered twice is told once; of others’ messages nobody knows what an id means', () => {
  const { heard, told } = subscription(ours);
  for (const id of [1, 2, 2, 1, 3]) heard.message(packet('t/events/e', String(id), { id }));
  expect(told).toEqual(['1', '2', '3']);
  const foreign = subscription({});
  for (const text of ['a', 'b']) foreign.heard.message(packet('t/events/e', text, { id: 7 }));
  expect(foreign.told).toEqual(['a', 'b']);
});

test('what comes after a lost session waits for what came before it', async () => {
  const asked: number[] = [];
  const { promise, resolve } = Promise.withResolvers<Replayed>();
  const { heard, told } = subscription(ours, (after) => {
    asked.push(after);
    return promise;
  });
  heard.message(packet('t/events/e', '1', { id: 1 }));
  heard.interrupted(lost);
  heard.resumed(false);
  heard.message(packet('t/events/e', '3', { id: 3 }));
  const packets = [2, 3].map((id) => packet('t/events/e', String(id), { id }));
  resolve({ packets: [packet('t/events/other', 'x', { id: 2 }), ...packets] });
  await promise;
  await expect.poll(() => told).toEqual(['1', '2', '3']);
  expect(asked).toEqual([1]);
});

test('what cannot be asked for, or comes too fast meanwhile, is told as lost', () => {
  const silent = subscription(ours);
  silent.heard.message(packet('t/events/e', '1', { id: 1 }));
  silent.heard.interrupted(lost);
  silent.heard.resumed(false);
  expect(silent.told).toEqual(['1', { after: '1' }]);
  const { heard, told } = subscription(ours, () => new Promise(() => {}));
  heard.message(packet('t/events/e', '1', { id: 1 }));
  heard.resumed(false);
  heard.interrupted(lost);
  for (let id = 2; id < 1004; id++) heard.message(packet('t/events/e', String(id), { id }));
  expect(told.slice(0, 3)).toEqual(['1', { after: '1' }, '2']);
  expect(told.at(-1)).toBe('1003');
});

test('a session that the broker kept has no gap at QoS 1, and may have one at QoS 0', () => {
  for (const [qos, gaps] of [
    ['1', []],
    ['0', [{}]],
  ] as const) {
    const { heard, told } = subscription({ 'mqv:qos': qos });
    heard.interrupted(lost);
    heard.message(packet('t/events/e', 'kept'));
    heard.resumed(true);
    expect(told).toEqual([...gaps, 'kept']);
  }
});

test('a retained value that comes again because the connection was replaced is no news, another one is', () => {
  const { heard, told } = subscription({ 'mqv:retain': true });
  heard.message(packet('t/events/e', '1', { retain: true }));
  heard.renewed();
  heard.message(packet('t/events/e', '1', { retain: true }));
  heard.message(packet('t/events/e', '2', { retain: true }));
  expect(told).toEqual(['1', '2']);
});
