import { type Clock, pause } from './clock.ts';
import type { Bounds } from './deadline.ts';
import { WotError } from './errors.ts';

const mostRetries = 3;

/** Does work again that the peer refused for now, as long as it names the time for that and the caller waits so long; three times at most. */
export async function patiently<R>(
  clock: Clock,
  { signal = new AbortController().signal, timeout }: Pick<Bounds, 'signal' | 'timeout'>,
  work: () => Promise<R>,
): Promise<R> {
  const deadline = timeout > 0 ? clock.now() + timeout : Number.POSITIVE_INFINITY;
  for (let retries = 0; ; retries++) {
    try {
      return await work();
    } catch (error) {
      const wait = error instanceof WotError ? error.details.retryAfter : undefined;
      if (wait === undefined || retries === mostRetries || clock.now() + wait * 1000 >= deadline) throw error;
      await pause(clock, wait * 1000, signal);
      signal.throwIfAborted();
    }
  }
}
