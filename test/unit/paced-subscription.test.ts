import { expect, test } from 'vitest';
import type { Change, Subscriber, Unsubscribe } from '../../src/contracts/interaction.ts';
import { PacedSubscription } from '../../src/interaction/paced-subscription.ts';

function changeOf(id: number): Change {
  return { id, thing: 'lamp', kind: 'events', name: 'tick', data: id };
}

/** A sink that takes `free` changes, and the subscriptions it made. */
function sinkOf(open: (subscriber: Subscriber, after: number | undefined) => Promise<void> | undefined) {
  const told: unknown[] = [];
  const subscribers: Subscriber[] = [];
  const stopped: number[] = [];
  const sink = {
    free: 1,
    ready: () => sink.free > 0,
    change({ id }: Change) {
      sink.free -= 1;
      told.push(id);
    },
    gap: (gap: object) => void told.push(gap),
    ended: () => void told.push('ended'),
    failed: (error: unknown) => void told.push(error),
    async subscribe(subscriber: Subscriber, after: number | undefined): Promise<Unsubscribe> {
      const number = subscribers.push(subscriber);
      await open(subscriber, after);
      return () => void stopped.push(number);
    },
  };
  return { sink, told, subscribers, stopped };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('skips while its sink is not ready, then goes on after the last change taken', async () => {
  const afters: unknown[] = [];
  const { sink, told, subscribers, stopped } = sinkOf((subscriber, after) => {
    afters.push(after);
    for (const id of [2, 3]) if (after !== undefined) subscriber.change(changeOf(id));
    return undefined;
  });
  const subscription = new PacedSubscription(sink);
  await subscription.start(undefined);
  subscription.resume();
  for (const id of [1, 2, 3]) subscribers[0]?.change(changeOf(id));
  subscription.resume();
  expect([told, afters]).toEqual([[1], [undefined]]);
  sink.free = 10;
  subscription.resume();
  subscription.resume();
  subscribers[0]?.change(changeOf(3));
  await settled();
  expect([told, afters, stopped]).toEqual([[1, 2, 3], [undefined, 1], [1]]);
  subscription.stop();
  subscribers[1]?.change(changeOf(4));
  expect([told, stopped]).toEqual([
    [1, 2, 3],
    [1, 2],
  ]);
});

test('catches up at once where the sink became ready during the replay', async () => {
  const { sink, told, subscribers } = sinkOf(async (subscriber, after = 0) => {
    for (const id of [1, 2, 3].filter((each) => each > after)) subscriber.change(changeOf(id));
    sink.free = 2;
  });
  await new PacedSubscription(sink).start(undefined);
  expect([told, subscribers.length]).toEqual([[1, 2, 3], 2]);
});

test('tells a reader that is behind of the loss before the end, and ends once', async () => {
  const { sink, told, subscribers } = sinkOf(() => undefined);
  await new PacedSubscription(sink).start(undefined);
  for (const id of [5, 6, 7]) subscribers[0]?.change(changeOf(id));
  for (let times = 0; times < 2; times++) subscribers[0]?.ended?.();
  subscribers[0]?.gap?.({ after: 0, resumesAt: 1 });
  expect(told).toEqual([5, { after: 5, resumesAt: 8 }, 'ended']);
});

test('ends a subscription that was stopped while it began', async () => {
  const begun = Promise.withResolvers<void>();
  const { sink, stopped } = sinkOf(() => begun.promise);
  const subscription = new PacedSubscription(sink);
  const started = subscription.start(undefined);
  subscription.stop();
  begun.resolve();
  await started;
  expect(stopped).toEqual([1]);
});

test('says when catching up fails, unless it is over', async () => {
  const gone = new Error('gone');
  for (const stops of [false, true]) {
    const { sink, told, subscribers } = sinkOf((_, after) => (after ? Promise.reject(gone) : undefined));
    const subscription = new PacedSubscription(sink);
    await subscription.start(undefined);
    for (const id of [1, 2]) subscribers[0]?.change(changeOf(id));
    sink.free = 1;
    subscription.resume();
    if (stops) subscription.stop();
    await settled();
    expect(told).toEqual(stops ? [1] : [1, gone]);
  }
});
