import type { Clock } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';

/** A signal that aborts with the caller's reason, or with WotError `timeout` RESPONSE_TIMEOUT unless `met` is called in time. */
export interface Deadline {
  readonly signal: AbortSignal;
  met(): void;
}

/** Starts the time of one request; `timeout` in milliseconds, 0 = none. */
export function deadline(
  clock: Clock,
  href: string,
  request: { readonly signal?: AbortSignal; readonly timeout: number },
): Deadline {
  const { signal, timeout } = request;
  const late = new AbortController();
  const message = `${href} did not answer within ${timeout} ms; try again, or allow more time with the option timeout.`;
  const timer =
    timeout > 0
      ? clock.after(timeout, () => late.abort(new WotError('timeout', 'RESPONSE_TIMEOUT', message, { href })))
      : undefined;
  return {
    signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    met: () => timer?.cancel(),
  };
}
