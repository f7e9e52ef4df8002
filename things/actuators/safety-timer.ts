import { type Clock, WotError } from 'thingwright';

/** The envelope of one actuator. */
export interface SafetyLimits {
  readonly clock: Clock;
  /** Seconds that it may be on in one run; asked when it is switched on. */
  limit(): number;
  /** Seconds that it must be off before a new run begins; a shorter pause continues the run. */
  readonly rest: number;
  /** Called when the time is used up. */
  expired(): void;
}

/** Counts how long an actuator has been on, whoever switches it how often. */
export interface SafetyTimer {
  /** Call before switching on. While running it changes nothing; throws WotError `conflict` SAFETY_REST when the run is used up. */
  start(): void;
  /** Call when it is off. */
  stop(): void;
  /** Applies a new limit in seconds: a lower one at once; a higher one waits for the next start. */
  shorten(limit: number): void;
  /** Seconds until it expires; 0 when off. */
  remaining(): number;
}

/** Ends a run after `limit` seconds on, however often it was switched. */
export function safetyTimer({ clock, limit, rest, expired }: SafetyLimits): SafetyTimer {
  let allowed = 0; // ms in this run
  let used = 0; // ms of it before `since`
  let since: number | undefined;
  let stopped = Number.NEGATIVE_INFINITY;
  let timer = { cancel() {} };

  const left = () => (since === undefined ? 0 : Math.max(0, allowed - used - (clock.now() - since)));

  function pause(consumed: number): void {
    timer.cancel();
    used = consumed;
    since = undefined;
    stopped = clock.now();
  }

  function arm(): void {
    timer.cancel();
    timer = clock.after(left(), () => {
      pause(allowed);
      expired();
    });
  }

  return {
    start() {
      if (since !== undefined) return;
      const wait = stopped + rest * 1000 - clock.now();
      if (wait <= 0) used = 0;
      allowed = limit() * 1000;
      if (used >= allowed) throw restError(wait / 1000);
      since = clock.now();
      arm();
    },
    stop() {
      if (since !== undefined) pause(allowed - left());
    },
    shorten(seconds) {
      if (since === undefined) return;
      allowed = Math.min(allowed, seconds * 1000);
      arm();
    },
    remaining: () => Math.ceil(left() / 1000),
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
