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
 * for it, and win over its result, which may be older. After a gap, what was not replayed is told as it is now.
 */
export async function openSubscription(
  feed: ChangeFeed,
  topic: Topic,
  subscriber: Subscriber,
  { after, present }: SubscriptionStart,
): Promise<Unsubscribe> {
  const told = new Set<string>();
  if (after !== undefined) {
    const { gap, changes } = feed.replay(matches(topic), after);
    if (gap) subscriber.gap?.(gap);
    for (const change of changes) subscriber.change(change);
    if (!gap) return feed.subscribe(topic, subscriber);
    for (const { name } of changes) told.add(name);
  }
  if (!present) return feed.subscribe(topic, subscriber);
  return startWithPresent(feed, topic, subscriber, { present, told });
}

async function startWithPresent(
  feed: ChangeFeed,
  topic: Topic,
  subscriber: Subscriber,
  { present, told }: Required<Pick<SubscriptionStart, 'present'>> & { readonly told: Set<string> },
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
  for (const change of waiting) {
    told.add(change.name);
    subscriber.change(change);
  }
  for (const [name, value] of values) {
    if (!told.has(name)) subscriber.change(feed.snapshot({ ...topic, name }, value));
  }
  if (ended) subscriber.ended?.();
  return ended ? () => {} : feed.subscribe(topic, subscriber);
}

/** Whether a change belongs to a topic. */
function matches(topic: Topic): (change: Change) => boolean {
  return ({ thing, kind, name }) =>
    thing === topic.thing && kind === topic.kind && (topic.name === undefined || topic.name === name);
}
