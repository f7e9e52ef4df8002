import { setTimeout as pause } from 'node:timers/promises';

/** What a follower needs besides its source: how to end it, where to say what it meets, how long to wait before the next try (ms). */
export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly retry: number;
  log(line: string): void;
}

/** A stream of values under a name for people. */
export interface Followed<T> {
  readonly what: string;
  open(signal: AbortSignal): Promise<AsyncIterable<T>>;
  /** Gets each value, and undefined while there is none. */
  put(value: T | undefined): void;
  /** Milliseconds without a value after which the stream counts as lost; for values that change all the time. */
  readonly quiet?: number;
}

/** Follows a stream until the signal aborts; opens it again whenever it fails, ends or falls silent, and says so once. */
export async function follow<T>(source: Followed<T>, options: FollowOptions): Promise<void> {
  const { what, put } = source;
  const { signal, retry, log } = options;
  let lost = false;
  const next = (value: T) => {
    if (lost) log(`${what} is back`);
    lost = false;
    put(value);
  };
  while (!signal.aborted) {
    const reason = await read({ ...source, put: next }, signal);
    if (signal.aborted) return;
    put(undefined);
    if (!lost) log(`${what} is unavailable, trying every ${retry / 1_000} s: ${reason}`);
    lost = true;
    await pause(retry, undefined, { signal }).catch(() => {});
  }
}

/** Reads to the end and tells why it came. */
async function read<T>({ open, put, quiet }: Followed<T>, signal: AbortSignal): Promise<string> {
  const silent = new AbortController();
  const timer = quiet === undefined ? undefined : setTimeout(() => silent.abort(), quiet);
  try {
    for await (const value of await open(AbortSignal.any([signal, silent.signal]))) {
      timer?.refresh();
      put(value);
    }
    return silent.signal.aborted ? 'nothing came any more' : 'the subscription ended';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
