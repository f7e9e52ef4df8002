import type { NotificationListener } from './binding.ts';
import { type Clock, pause } from './clock.ts';
import { WotError } from './errors.ts';

/** The growing pauses between two attempts. */
interface BackOff {
  next(): number;
  /** The peer answered: start from the shortest pause again. */
  reset(): void;
  /** The peer wishes another shortest pause, in milliseconds. */
  shortest(milliseconds: number): void;
}

/** What one attempt tells; it resolves with `again` when the connection closed, with `ended` when there is nothing more. */
export interface Attempt {
  readonly delays: BackOff;
  /** The subscription stands. */
  standing(): void;
}

export interface SubscriptionLoop {
  readonly signal: AbortSignal;
  readonly listener: NotificationListener;
  attempt(attempt: Attempt): Promise<'again' | 'ended'>;
}

/** The time of a client, and the chance (from 0 to 1) in its pauses. */
export interface LoopContext {
  readonly clock: Clock;
  random(): number;
}

const longest = 30_000;
/** However long the peer asks for, an hour later it is tried again. */
const longestAsked = 3_600_000;
/** How long a peer may lack the resource after an interruption: it may just be starting. */
const startsWithin = 30_000;
const transientKinds = ['unavailable', 'timeout', 'overloaded', 'rate-limited', 'internal'];

/**
 * Connects again and again with exponential back-off and jitter. Resolves when the subscription stands; rejects when
 * the first attempt fails. Later, transient failures are told as `interrupted` and retried, what is gone (HTTP 410) ends
 * it, all else fails it; what is not found fails it when that lasts for 30 s.
 */
export function keepSubscribed({ clock, random }: LoopContext, loop: SubscriptionLoop): Promise<void> {
  const stands = Promise.withResolvers<void>();
  const { signal, listener } = loop;
  const delays = backOff(random);
  let state: 'opening' | 'standing' | 'interrupted' = 'opening';
  let missingSince: number | undefined;

  function standing(): void {
    const before = state;
    state = 'standing';
    missingSince = undefined;
    stands.resolve();
    if (before === 'interrupted') listener.resumed?.();
  }

  function interrupted(error: Error): void {
    if (state === 'standing') listener.interrupted?.(error);
    state = 'interrupted';
  }

  function isTransient(error: WotError): boolean {
    const missing = error.kind === 'not-found';
    missingSince = missing ? (missingSince ?? clock.now()) : undefined;
    return missing ? clock.now() - (missingSince ?? 0) < startsWithin : transientKinds.includes(error.kind);
  }

  /** The pause before the next attempt, or undefined where there is none. */
  function afterFailure(error: unknown): number | undefined {
    if (state === 'opening') stands.reject(signal.aborted ? signal.reason : error);
    else if (signal.aborted || isGone(error)) listener.ended();
    else if (error instanceof WotError && isTransient(error)) {
      interrupted(error);
      const asked = (error.details.retryAfter ?? 0) * 1000;
      return Math.max(delays.next(), Math.min(asked, longestAsked));
    } else listener.failed(error as Error);
    return undefined;
  }

  function afterEnd(outcome: 'again' | 'ended'): number | undefined {
    standing();
    if (outcome === 'again' && !signal.aborted) {
      interrupted(connectionClosed());
      return delays.next();
    }
    listener.ended();
    return undefined;
  }

  async function run(): Promise<void> {
    let delay: number | undefined = 0;
    while (delay !== undefined) {
      await pause(clock, delay, signal);
      delay = await loop.attempt({ delays, standing }).then(afterEnd, afterFailure);
    }
  }

  run().catch((error) => listener.failed(error));
  return stands.promise;
}

/** A listener that is told nothing any more once its caller has closed the subscription. */
export function untilClosed(listener: NotificationListener, closed: AbortSignal): NotificationListener {
  return {
    next: (notification) => closed.aborted || listener.next(notification),
    gap: (gap) => closed.aborted || listener.gap?.(gap),
    interrupted: (error) => closed.aborted || listener.interrupted?.(error),
    resumed: () => closed.aborted || listener.resumed?.(),
    failed: (error) => closed.aborted || listener.failed(error),
    ended: () => closed.aborted || listener.ended(),
  };
}

function backOff(random: () => number): BackOff {
  let first = 1000;
  let failures = 0;
  return {
    next: () => Math.min(longest, first * 2 ** failures++) * (0.5 + random() / 2),
    reset() {
      failures = 0;
    },
    shortest(milliseconds) {
      first = Math.min(Math.max(milliseconds, 10), longest);
    },
  };
}

// RFC 9110 section 15.5.11
function isGone(error: unknown): boolean {
  return error instanceof WotError && error.details.status === 410;
}

function connectionClosed(): WotError {
  return new WotError(
    'unavailable',
    'CONNECTION_CLOSED',
    'The peer closed the connection of the subscription; it is opened again.',
  );
}
