import type { Change, Subscriber, Unsubscribe } from '../contracts/interaction.ts';
import type { ChangeFeed, Topic } from './change-feed.ts';

/** What a subscription starts with. */
export interface SubscriptionStart {
  /** The last id that the subscriber has: what the ring holds after it comes first. */
  readonly after: number | undefined;
  /** Reads present values by property name; absent for events. */
  readonly present?: () => Promise<ReadonlyMap<string, unknown>>;
}

/**
 * Starts a subscription so that nothing is lost, doubled or out of order: changes during a slow first read wait
 * for it, and win over its result, which may be older.
 */
export async function openSubscription(
  feed: ChangeFeed,
  topic: Topic,
  subscriber: Subscriber,
  { after, present }: SubscriptionStart,
): Promise<Unsubscribe> {
  if (after !== undefined) {
    const { gap, changes } = feed.replay(matches(topic), after);
    if (gap) subscriber.gap?.(gap);
    for (const change of changes) subscriber.change(change);
    if (!gap || changes.length > 0) return feed.subscribe(topic, subscriber);
  }
  return present ? startWithPresent(feed, topic, subscriber, present) : feed.subscribe(topic, subscriber);
}

async function startWithPresent(
  feed: ChangeFeed,
  topic: Topic,
  subscriber: Subscriber,
  present: NonNullable<SubscriptionStart['present']>,
): Promise<Unsubscribe> {
  const waiting: Change[] = [];
  let ended = false;
  const stopWaiting = feed.subscribe(topic, {
    change: (change) => waiting.push(change),
    ended: () => {
      ended = true;
    },
  });
  let values: ReadonlyMap<string, unknown>;
  try {
    values = await present();
  } finally {
    stopWaiting();
  }
  const changed = new Set(waiting.map(({ name }) => name));
  for (const change of waiting) subscriber.change(change);
  for (const [name, value] of values) {
    if (!changed.has(name)) subscriber.change(feed.snapshot({ ...topic, name }, value));
  }
  if (ended) subscriber.ended?.();
  return ended ? () => {} : feed.subscribe(topic, subscriber);
}

/** Whether a change belongs to a topic. */
function matches(topic: Topic): (change: Change) => boolean {
  return ({ thing, kind, name }) =>
    thing === topic.thing && kind === topic.kind && (topic.name === undefined || topic.name === name);
}
