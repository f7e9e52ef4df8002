import type { Clock } from './clock.ts';
import { WotError } from './errors.ts';

/** What ends a piece of work too early: `timeout` in milliseconds (0 = never), or the caller's signal; `href` is what did not answer. */
export interface Bounds {
  readonly href: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeout: number;
}

/** Runs `work` with a signal that ends it; rejects with the caller's reason, or with WotError `timeout` RESPONSE_TIMEOUT. */
export async function withDeadline<R>(
  clock: Clock,
  { href, signal, timeout }: Bounds,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const late = new AbortController();
  const expire = (): void => late.abort(responseTimeout({ href, timeout }));
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  either.throwIfAborted();
  const timer = timeout > 0 ? clock.after(timeout, expire) : undefined;
  return abortable(work(either), either).finally(() => timer?.cancel());
}

/** The error for what did not answer in time. */
export function responseTimeout({ href, timeout }: Bounds): WotError {
  const message = `${href} did not answer within ${timeout} ms; check that the Thing is online, or allow more time with the option timeout.`;
  return new WotError('timeout', 'RESPONSE_TIMEOUT', message, { href });
}

/** Waits for work that cannot be stopped; rejects with the signal's reason when that aborts first. */
export async function abortable<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  return Promise.race([promise, work]).finally(() => signal.removeEventListener('abort', abort));
}

const longest = 2 ** 31 - 1;

/** A timeout as timers can hold it, at most about 24 days; throws WotError `invalid` TIMEOUT_INVALID for what is no duration. */
export function checkedTimeout(timeout: number): number {
  if (typeof timeout === 'number' && timeout >= 0) return Math.min(timeout, longest);
  const message = `The option timeout is ${String(timeout)}; give milliseconds, or 0 for no limit.`;
  throw new WotError('invalid', 'TIMEOUT_INVALID', message);
}
