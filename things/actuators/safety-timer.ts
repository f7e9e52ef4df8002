import { type Clock, WotError } from 'thingwright';

/** The envelope of one actuator. */
export interface SafetyLimits {
  readonly clock: Clock;
  /** Seconds that it may be on in one run; asked when a run begins. */
  limit(): number;
  /** Seconds that it must be off before a new run begins; a shorter pause continues the run. */
  readonly rest: number;
  /** When it has rested (ms since 1970); outlives the process. */
  readonly rested: { get(): number; set(time: number): void };
  /** Called when the time is used up, with the limit of the run in seconds. */
  expired(limit: number): void;
}

/** Counts how long an actuator has been on, whoever switches it how often: in any `limit + rest` seconds at most `limit`. */
export interface SafetyTimer {
  /** Call before switching on. While running it changes nothing; throws WotError `conflict` SAFETY_REST when the run is used up. */
  start(): void;
  /** Call when it is off: its rest begins. */
  stop(): void;
  /** Applies a new limit in seconds: a lower one at once; a higher one waits for the next run. */
  shorten(limit: number): void;
  /** Seconds until it expires; 0 when off. */
  remaining(): number;
}

/** Ends a run after `limit` seconds on, however often it was switched, and begins a new one only after the rest. */
export function safetyTimer({ clock, limit, rest, rested, expired }: SafetyLimits): SafetyTimer {
  let allowed = 0; // ms in this run
  let used = 0; // ms of it before `since`
  let since: number | undefined;
  let timer = { cancel() {} };
  const restEnd = remembered(rested);

  const spent = () => used + (since === undefined ? 0 : Math.max(0, clock.now() - since));
  const left = () => (since === undefined ? 0 : Math.max(0, allowed - spent()));

  function arm(): void {
    timer.cancel();
    timer = clock.after(left(), () => {
      // Not by the clock alone: timers may fire early, and clocks may be set back.
      used = allowed;
      since = clock.now();
      expired(allowed / 1000);
    });
  }

  return {
    start() {
      const now = clock.now();
      if (since === undefined && now >= restEnd.get()) {
        used = 0;
        allowed = limit() * 1000;
      }
      if (spent() >= allowed) throw restError(since === undefined ? (restEnd.get() - now) / 1000 : rest);
      if (since !== undefined) return;
      since = now;
      // For a process that is killed while it is on.
      restEnd.set(now + left() + rest * 1000);
      arm();
    },
    stop() {
      timer.cancel();
      const end = clock.now() + rest * 1000;
      restEnd.set(since === undefined ? Math.min(restEnd.get(), end) : end);
      used = spent();
      since = undefined;
    },
    shorten(seconds) {
      const running = left() > 0;
      allowed = Math.min(allowed, seconds * 1000);
      if (running) arm();
    },
    remaining: () => Math.ceil(left() / 1000),
  };
}

/** The time that outlives the process, and holds in this one where it could not be saved. */
function remembered(rested: SafetyLimits['rested']): SafetyLimits['rested'] {
  let known: number | undefined;
  return {
    get() {
      known ??= rested.get();
      return known;
    },
    set(time) {
      if (time === known) return;
      known = time;
      rested.set(time);
    },
  };
}

function restError(seconds: number): WotError {
  const wait = Math.ceil(seconds);
  return new WotError(
    'conflict',
    'SAFETY_REST',
    `The longest time on is used up and the actuator stays off for another ${wait} s; try again then.`,
  );
}
