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
  open(): Promise<AsyncIterable<T>>;
  /** Gets each value, and undefined while there is none. */
  put(value: T | undefined): void;
}

/** Follows a stream until the signal aborts; opens it again whenever it fails or ends, and says so once. */
export async function follow<T>(
  { what, open, put }: Followed<T>,
  { signal, retry, log }: FollowOptions,
): Promise<void> {
  let lost = false;
  while (!signal.aborted) {
    const reason = await read(open, (value) => {
      if (lost) log(`${what} is back`);
      lost = false;
      put(value);
    });
    if (signal.aborted) return;
    put(undefined);
    if (!lost) log(`${what} is unavailable, trying every ${retry / 1_000} s: ${reason}`);
    lost = true;
    await pause(retry, undefined, { signal }).catch(() => {});
  }
}

/** Reads to the end and tells why it came. */
async function read<T>(open: () => Promise<AsyncIterable<T>>, put: (value: T) => void): Promise<string> {
  try {
    for await (const value of await open()) put(value);
    return 'the subscription ended';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
