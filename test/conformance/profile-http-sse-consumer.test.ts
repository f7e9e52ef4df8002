import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { ConsumedChange } from '../../src/consumer/change-queue.ts';
import type { Subscription } from '../../src/consumer/subscription.ts';
import { profileConsumer } from '../support/profile-consumer.ts';

const consumer = profileConsumer();

/** A subscription by one op: how it begins, where it must go, and the event that is told there. */
interface Op {
  readonly path: string;
  readonly event: string;
  begin(): Subscription<unknown, ConsumedChange<unknown>>;
}

const one = (subscription: unknown) => subscription as Subscription<unknown, ConsumedChange<unknown>>;
const observe: Op = {
  path: '/kiln/p/level',
  event: 'level',
  begin: () => one(consumer.thing.properties['level']?.observe()),
};
const observeAll: Op = { path: '/kiln/p', event: 'level', begin: () => one(consumer.thing.observeAll()) };
const subscribe: Op = {
  path: '/kiln/e/overheated',
  event: 'overheated',
  begin: () => one(consumer.thing.events['overheated']?.subscribe()),
};
const subscribeAll: Op = {
  path: '/kiln/e',
  event: 'overheated',
  begin: () => one(consumer.thing.subscribeAll()),
};

const { sent } = consumer;

/** Begins, and gives the stream at the consumer.peer. */
async function opened({ path, begin }: Op) {
  const subscription = begin();
  const [stream] = await Promise.all([consumer.peer.stream(path), subscription.ready]);
  return { stream, changes: subscription.changes() };
}

function tell(stream: ServerResponse, event: string, value: number): void {
  stream.write(`event: ${event}\nid: id-${value}\ndata: ${value}\n\n`);
}

describe('opens an event source where the right form says', () => {
  test.for([
    [
      'observeproperty [http-sse-profile-protocol-binding-observeproperty-1, http-sse-profile-protocol-binding-observeproperty-2, http-sse-profile-protocol-binding-observeproperty-3]',
      observe,
    ],
    [
      'observeallproperties [http-sse-profile-protocol-binding-observeallproperties-1, http-sse-profile-protocol-binding-observeallproperties-2, http-sse-profile-protocol-binding-observeallproperties-3]',
      observeAll,
    ],
    [
      'subscribeevent [http-sse-profile-protocol-binding-subscribeevent-1, http-sse-profile-protocol-binding-subscribeevent-3, http-sse-profile-protocol-binding-subscribeevent-4]',
      subscribe,
    ],
    [
      'subscribeallevents [http-sse-profile-protocol-binding-subscribeallevents-1, http-sse-profile-protocol-binding-subscribeallevents-3b, http-sse-profile-protocol-binding-subscribeallevents-4]',
      subscribeAll,
    ],
  ] as const)('%s', async ([, op]) => {
    const { stream, changes } = await opened(op);
    tell(stream, op.event, 5);
    const { value } = await changes.next();
    expect(value).toMatchObject({ value: 5, id: 'id-5' });
    expect(sent().map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([`GET ${op.path} `]);
    // HTML Living Standard section 9.2.2
    expect(sent()[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-store' });
    expect(sent()[0]?.headers).not.toHaveProperty('content-type');
    await changes.return?.();
  });

  test('an event without data is told too [http-sse-profile-protocol-binding-subscribeevent-4]', async () => {
    const begin = () => one(consumer.thing.events['doorOpened']?.subscribe());
    const { stream, changes } = await opened({ path: '/kiln/e/doorOpened', event: 'doorOpened', begin });
    stream.write('event: doorOpened\nid: 1\ndata\n\n');
    expect(await changes.next()).toEqual({ done: false, value: { value: undefined, id: '1' } });
    await changes.return?.();
  });
});

describe('comes back after a lost connection, with the last id', () => {
  test.for([
    ['observeproperty [http-sse-profile-protocol-binding-observeproperty-6a]', observe],
    ['observeallproperties [http-sse-profile-protocol-binding-observeallproperties-6a]', observeAll],
    ['subscribeevent [http-sse-profile-protocol-binding-subscribeevent-7a]', subscribe],
    ['subscribeallevents [http-sse-profile-protocol-binding-subscribeallevents-5a]', subscribeAll],
  ] as const)('%s', async ([, op]) => {
    let { stream, changes } = await opened(op);
    const values: unknown[] = [];
    const take = async () => values.push((await changes.next()).value?.value);
    tell(stream, op.event, 1);
    await take();
    // In the middle of an event: what did not arrive whole was not told.
    stream.write(`event: ${op.event}\nid: id-2\ndata: 2\n`, () => stream.destroy());
    stream = await consumer.peer.stream(op.path);
    tell(stream, op.event, 2);
    await take();
    stream.end();
    stream = await consumer.peer.stream(op.path);
    tell(stream, op.event, 3);
    await take();
    expect(values).toEqual([1, 2, 3]);
    expect(sent().map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'id-1', 'id-2']);
    await changes.return?.();
  });
});

describe('ends by closing the connection, and does not come back', () => {
  test.for([
    ['unobserveproperty [http-sse-profile-protocol-binding-unobserveproperty-1]', observe],
    ['unobserveallproperties [http-sse-profile-protocol-binding-unobserveallproperties-1]', observeAll],
    ['unsubscribeevent [http-sse-profile-protocol-binding-unsubscribeevent-1]', subscribe],
    ['unsubscribeallevents [http-sse-profile-protocol-binding-unsubscribeallevents-1]', subscribeAll],
  ] as const)('%s', async ([, op]) => {
    const { stream, changes } = await opened(op);
    const closed = once(stream, 'close');
    await changes.return?.();
    await closed;
    expect(await changes.next()).toEqual({ done: true, value: undefined });
    expect(sent()).toHaveLength(1);
  });
});
