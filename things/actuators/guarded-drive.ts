import type { Clock, Timer } from 'thingwright';
import type { Drive } from '../port.ts';
import { safetyTimer } from './safety-timer.ts';

/** The part of a Thing's handle that its envelope uses: `safetyProperties`. */
export interface GuardedThing {
  get(property: 'maxOnTime' | 'restedAt'): number | string;
  set(property: 'restedAt', time: string): void;
  notify(property: 'remainingTime', seconds: number): void;
}

/** A drive, what is off for it, and its rest (seconds). */
export interface GuardOptions<T> {
  readonly thing: GuardedThing;
  readonly drive: Drive<T>;
  readonly off: T;
  readonly clock: Clock;
  readonly rest: number;
  /** Called when the value changed. */
  changed(): void;
  /** Called after the drive was switched off because its time was used up, with the limit of that run (seconds). */
  safetyStopped(maxOnTime: number): void;
}

/** A drive that switches itself off. */
export interface GuardedDrive<T> {
  value(): T;
  /** Seconds until it switches itself off; 0 when off. */
  remaining(): number;
  /** Commands the drive, for at most `seconds`; WotError `conflict` SAFETY_REST while it has to stay off. */
  set(value: T, seconds?: number): Promise<void>;
  /** Applies a lowered limit (seconds) to the present run. */
  shorten(limit: number): void;
}

const TELL = 5_000;
const RETRY = 1_000;

/** Puts a safety envelope around a drive: at most maxOnTime seconds on in one run, then a rest; and off to begin with. */
export function guardedDrive<T>(options: GuardOptions<T>): GuardedDrive<T> {
  const { thing, drive, off, clock, rest, changed, safetyStopped } = options;
  let value = off;
  let [latest, latestOn, confirmed] = [0, 0, 0]; // numbers of commands
  const timer = safetyTimer({
    clock,
    rest,
    limit: () => Number(thing.get('maxOnTime')),
    rested: {
      get: () => Date.parse(String(thing.get('restedAt'))),
      set: (time) => thing.set('restedAt', new Date(Math.ceil(time)).toISOString()),
    },
    expired: (limit) => insistOnOff(() => safetyStopped(limit)),
  });
  const run = countdown(clock, tell, () => insistOnOff());
  const remaining = () => Math.min(timer.remaining(), run.remaining());

  function tell(): void {
    thing.notify('remainingTime', remaining());
  }

  async function set(next: T, seconds = Number.POSITIVE_INFINITY): Promise<void> {
    if (next !== off) timer.start();
    latest += 1;
    const mine = latest;
    if (next !== off) latestOn = mine;
    // After a failed command the timer runs on: the drive may have acted before it failed.
    await drive.set(next);
    if (mine < confirmed) return;
    confirmed = mine;
    if (mine > latestOn) timer.stop();
    if (next === off) run.end();
    else run.begin(seconds);
    if (next !== value) {
      value = next;
      changed();
    }
    tell();
  }

  /** Tries until it is off, or another command came through. */
  function insistOnOff(done = () => {}): void {
    const mine = latest + 1;
    const retry = () => (confirmed > mine ? done() : insistOnOff(done));
    set(off).then(done, () => clock.after(RETRY, retry));
  }

  function shorten(limit: number): void {
    timer.shorten(limit);
    tell();
  }

  // A process that was killed may have left it on.
  insistOnOff();
  return { value: () => value, remaining, set, shorten };
}

/** Ticks while something is on; `begin` takes the place of an earlier run, `over` is called at its end unless that is infinitely far. */
function countdown(clock: Clock, tick: () => void, over: () => void) {
  let until = 0;
  let timers: readonly Timer[] = [];
  function end(): void {
    for (const timer of timers) timer.cancel();
    until = 0;
  }
  return {
    begin(seconds: number): void {
      end();
      until = clock.now() + seconds * 1000;
      timers = [clock.every(TELL, tick)];
      if (Number.isFinite(seconds)) timers = [...timers, clock.after(seconds * 1000, over)];
    },
    end,
    /** Seconds. */
    remaining: () => Math.max(0, Math.ceil((until - clock.now()) / 1000)),
  };
}
