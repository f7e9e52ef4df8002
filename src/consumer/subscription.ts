import type { Notification, NotificationListener } from '../contracts/binding.ts';
import { ChangeQueue, type ConsumedChange } from './change-queue.ts';
import type { SubscriptionOptions } from './interaction-options.ts';

/**
 * A running subscription, read with `for await`; leaving the loop ends it. It begins when it is made, so nothing that
 * happens after `ready` is missed. It rejects when it fails, and is done when the Thing, the signal or `stop` ends it.
 */
export interface Subscription<V, C = ConsumedChange<V>> extends AsyncIterableIterator<V, undefined> {
  /** Resolves when the subscription stands. */
  readonly ready: Promise<void>;
  /** The same changes with id, timestamp and gaps; read either these or the values. */
  changes(): AsyncIterableIterator<C, undefined>;
  return(): Promise<IteratorResult<V, undefined>>;
}

export interface SubscriptionSource<V, C extends ConsumedChange<unknown>> {
  open(listener: NotificationListener, signal: AbortSignal): Promise<() => Promise<void>>;
  /** Reads what was told, undefined for what is not meant; throws WotError where it cannot. */
  read(notification: Notification): C | undefined;
  /** What the iterator gives of a change. */
  project(change: C): V;
  readonly signal: AbortSignal;
  readonly connection: Pick<SubscriptionOptions, 'interrupted' | 'resumed'>;
  /** Changes that wait for the reader at most. */
  readonly queue: number;
}

/** Begins a subscription. */
export function createSubscription<V, C extends ConsumedChange<unknown>>(
  source: SubscriptionSource<V, C>,
): Subscription<V, C> {
  const queue = new ChangeQueue<C>(source.queue);
  const opening = new AbortController();
  const signal = AbortSignal.any([source.signal, opening.signal]);
  const opened = source.open(
    listenerOf(source, queue, (error) => end(error)),
    signal,
  );
  let stands = false;
  const ready = opened.then(() => {
    stands = true;
  });

  function end(error?: unknown): void {
    source.signal.removeEventListener('abort', aborted);
    queue.finish(error);
    if (!stands) opening.abort();
    opened.then((close) => close()).catch(() => {}); // a failure to open is told by `ready` and the iterator
  }
  const aborted = (): void => end();
  source.signal.addEventListener('abort', aborted);
  ready.catch((error) => end(source.signal.aborted ? undefined : error));

  async function finish(): Promise<IteratorResult<never, undefined>> {
    queue.close();
    end();
    return { done: true, value: undefined };
  }
  const iterator = <R>(project: (change: C) => R) => ({
    async next(): Promise<IteratorResult<R, undefined>> {
      const result = await queue.next();
      return result.done ? result : { done: false, value: project(result.value) };
    },
    return: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await finish();
    },
  });
  return { ...iterator(source.project), ready, changes: () => iterator((change) => change) };
}

function listenerOf<C extends ConsumedChange<unknown>>(
  { read, connection }: Pick<SubscriptionSource<unknown, C>, 'read' | 'connection'>,
  queue: ChangeQueue<C>,
  end: (error?: unknown) => void,
): NotificationListener {
  const orEnd = (tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      end(error);
    }
  };
  return {
    next: (notification) =>
      orEnd(() => {
        const change = read(notification);
        if (change !== undefined) queue.push(change);
      }),
    gap: (gap) => queue.gap(gap),
    interrupted: (error) => orEnd(() => connection.interrupted?.(error)),
    resumed: () => orEnd(() => connection.resumed?.()),
    failed: end,
    ended: end,
  };
}
