import type { Clock } from 'thingwright';
import type { Drive } from '../port.ts';
import { safetyTimer } from './safety-timer.ts';

/** A drive, what is off for it, and its envelope (seconds). */
export interface GuardOptions<T> {
  readonly drive: Drive<T>;
  readonly off: T;
  readonly clock: Clock;
  readonly rest: number;
  limit(): number;
  /** Called when the value changed. */
  changed(): void;
  /** Called when the remaining time changed: with the value, and every five seconds while on. */
  counted(): void;
  /** Called after the drive was switched off because its time was used up. */
  safetyStopped(): void;
}

/** A drive that switches itself off. */
export interface GuardedDrive<T> {
  value(): T;
  /** Seconds until it switches itself off; 0 when off. */
  remaining(): number;
  /** Commands the drive; WotError `conflict` SAFETY_REST while it has to stay off. */
  set(value: T): Promise<void>;
  /** Applies a lowered limit (seconds) to the present run. */
  shorten(limit: number): void;
}

const TELL = 5_000;
const RETRY = 1_000;

/** Puts a safety envelope around a drive: at most `limit` seconds on in one run, and off to begin with. */
export function guardedDrive<T>(options: GuardOptions<T>): GuardedDrive<T> {
  const { drive, off, clock, changed, counted, safetyStopped } = options;
  const timer = safetyTimer({ ...options, expired: () => insistOnOff(safetyStopped) });
  let value = off;
  let latest = 0;
  let telling = { cancel() {} };

  async function set(next: T): Promise<void> {
    if (next !== off) timer.start();
    latest += 1;
    const mine = latest;
    // After a failed command the timer runs on: the drive may have acted before it failed.
    await drive.set(next);
    if (mine !== latest) return;
    if (next === off) timer.stop();
    if (next === value) return;
    value = next;
    telling.cancel();
    if (next !== off) telling = clock.every(TELL, counted);
    changed();
    counted();
  }

  function insistOnOff(done: () => void): void {
    set(off).then(done, () => clock.after(RETRY, () => insistOnOff(done)));
  }

  // A process that was killed may have left it on.
  insistOnOff(() => {});
  return { value: () => value, remaining: timer.remaining, set, shorten: timer.shorten };
}
