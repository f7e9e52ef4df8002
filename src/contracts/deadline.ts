import type { Clock } from './clock.ts';
import { WotError } from './errors.ts';

/** What ends a piece of work too early: `timeout` in milliseconds (0 = never), or one of the signals; `href` is what did not answer. */
export interface Bounds {
  readonly href: string;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** Aborts when who does the work stops. */
  readonly stopping?: AbortSignal | undefined;
  readonly timeout: number;
}

/** Runs `work` with a signal that ends it; rejects with the reason of the bounds' signals, or with WotError `timeout` RESPONSE_TIMEOUT. */
export async function withDeadline<R>(
  clock: Clock,
  { href, signal, stopping, timeout }: Bounds,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const over = new AbortController();
  // AbortSignal.any would be a fourth of the cost of a CoAP request.
  const forgets = [follow(over, signal), follow(over, stopping)];
  const expire = (): void => over.abort(responseTimeout({ href, timeout }));
  const timer = timeout > 0 ? clock.after(timeout, expire) : undefined;
  try {
    over.signal.throwIfAborted();
    return await abortable(work(over.signal), over.signal);
  } finally {
    timer?.cancel();
    for (const forget of forgets) forget?.();
  }
}

/** Aborts when the other does, until the returned function is called. */
export function follow(controller: AbortController, other?: AbortSignal): (() => void) | undefined {
  if (other === undefined) return undefined;
  const abort = (): void => controller.abort(other.reason);
  if (other.aborted) abort();
  other.addEventListener('abort', abort);
  return () => other.removeEventListener('abort', abort);
}

/** The error for what did not answer in time. */
export function responseTimeout({ href, timeout }: Bounds): WotError {
  const message = `${href} did not answer within ${timeout} ms; check that the Thing is online, or allow more time with the option timeout.`;
  return new WotError('timeout', 'RESPONSE_TIMEOUT', message, { href });
}

/** Waits for work that cannot be stopped; rejects with the signal's reason when that aborts first. */
export function abortable<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    void work.then(resolve, reject).then(settled);
  });
}

const longest = 2 ** 31 - 1;

/** A timeout as timers can hold it, at most about 24 days; throws WotError `invalid` TIMEOUT_INVALID for what is no duration. */
export function checkedTimeout(timeout: number): number {
  if (typeof timeout === 'number' && timeout >= 0) return Math.min(timeout, longest);
  const message = `The option timeout is ${String(timeout)}; give milliseconds, or 0 for no limit.`;
  throw new WotError('invalid', 'TIMEOUT_INVALID', message);
}
