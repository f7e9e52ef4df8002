import type { Change, Subscriber, Unsubscribe } from '../contracts/interaction.ts';
import type { ChangeFeed, Topic } from './change-feed.ts';

/** What a subscription starts with. */
export interface SubscriptionStart {
  /** The last id that the subscriber has: what the ring holds after it comes first. */
  readonly after: number | undefined;
  /** Reads the present values, and tells each as it comes; absent for events. Rejects to refuse the subscription. */
  readonly present?: (tell: (name: string, value: unknown) => void) => Promise<void>;
}

/**
 * Starts a subscription so that nothing is lost, doubled or out of order: a change during the first read of its
 * property wins over what was read, which may be older. After a gap, what was not replayed is told as it is now.
 */
export async function openSubscription(
  feed: ChangeFeed,
  topic: Topic,
  subscriber: Subscriber,
  { after, present }: SubscriptionStart,
): Promise<Unsubscribe> {
  const told = new Set<string>();
  const change = (next: Change) => {
    told.add(next.name);
    subscriber.change(next);
  };
  if (after !== undefined) {
    const { gap, changes } = feed.replay(matches(topic), after);
    if (gap) subscriber.gap?.(gap);
    for (const missed of changes) change(missed);
    if (!gap) return feed.subscribe(topic, subscriber);
  }
  subscriber.since?.(feed.last);
  if (!present) return feed.subscribe(topic, subscriber);
  let open = true;
  const end = feed.subscribe(topic, withChange(subscriber, change));
  const stop = () => {
    open = false;
    end();
  };
  const tell = (name: string, value: unknown) => {
    if (open && !told.has(name)) change(feed.snapshot({ ...topic, name }, value));
  };
  try {
    await present(tell);
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

/** The same subscriber, with another way to take changes. */
function withChange(subscriber: Subscriber, change: Subscriber['change']): Subscriber {
  return {
    since: (id) => subscriber.since?.(id),
    change,
    gap: (gap) => subscriber.gap?.(gap),
    ended: () => subscriber.ended?.(),
  };
}

/** The same subscriber, for changes of these names alone. */
export function only(names: ReadonlySet<string>, subscriber: Subscriber): Subscriber {
  return withChange(subscriber, (change) => {
    if (names.has(change.name)) subscriber.change(change);
  });
}

/** Whether a change belongs to a topic. */
function matches(topic: Topic): (change: Change) => boolean {
  return ({ thing, kind, name }) =>
    thing === topic.thing && kind === topic.kind && (topic.name === undefined || topic.name === name);
}
