import { WotError } from '../../contracts/errors.ts';

/** Until when something may take: milliseconds (0 = for ever), and the caller's own signal. */
export interface Limit {
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** Runs `work` with a signal that aborts with the caller's reason, or with WotError `timeout` MQTT_TIMEOUT. */
export async function inTime<T>(
  where: string,
  { timeout, signal }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const message = `There was no answer from ${where} within ${timeout} ms; check that the Thing is online, or allow more time.`;
  const expire = () => late.abort(new WotError('timeout', 'MQTT_TIMEOUT', message, { href: where }));
  const timer = timeout > 0 ? setTimeout(expire, timeout) : undefined;
  const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  try {
    either.throwIfAborted();
    return await Promise.race([aborted(either), work(either)]);
  } finally {
    clearTimeout(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
