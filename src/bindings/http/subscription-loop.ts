import type { NotificationListener } from '../../contracts/binding.ts';
import { pause } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HttpContext } from './http-exchange.ts';

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

const longest = 30_000;
const transientKinds = ['unavailable', 'timeout', 'overloaded', 'rate-limited', 'internal'];

/**
 * Connects again and again with exponential back-off and jitter. Resolves when the subscription stands; rejects when
 * the first attempt fails. Later, transient failures are retried, a resource that is gone ends it, all else fails it.
 */
export function keepSubscribed(context: HttpContext, loop: SubscriptionLoop): Promise<void> {
  const stands = Promise.withResolvers<void>();
  const { signal, listener } = loop;
  const delays = backOff(context.random);
  let stood = false;
  const standing = (): void => {
    stood = true;
    stands.resolve();
  };

  /** The pause before the next attempt, or undefined where there is none. */
  function afterFailure(error: unknown): number | undefined {
    if (!stood) stands.reject(signal.aborted ? signal.reason : error);
    else if (signal.aborted || isOf(error, ['not-found'])) listener.ended();
    else if (isOf(error, transientKinds))
      return Math.max(delays.next(), (error.details.retryAfter ?? 0) * 1000);
    else listener.failed(error as Error);
    return undefined;
  }

  async function run(): Promise<void> {
    let delay: number | undefined = 0;
    while (delay !== undefined) {
      await pause(context.clock, delay, signal);
      delay = await loop.attempt({ delays, standing }).then((outcome) => {
        standing();
        if (outcome === 'again' && !signal.aborted) return delays.next();
        listener.ended();
        return undefined;
      }, afterFailure);
    }
  }

  run().catch((error) => listener.failed(error));
  return stands.promise;
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

function isOf(error: unknown, kinds: readonly string[]): error is WotError {
  return error instanceof WotError && kinds.includes(error.kind);
}
