import type { Clock } from '../contracts/clock.ts';
import { WotError } from '../contracts/errors.ts';

/** When simulated time begins (ms since 1970) and how many times faster than the base clock it passes. */
export interface ScaledTime {
  readonly start: number;
  readonly speed: number;
}

/** A clock whose time passes `speed` times as fast as the base's; WotError `invalid` SPEED_INVALID unless 0.1 <= speed <= 100,000. */
export function scaledClock(base: Clock, { start, speed }: ScaledTime): Clock {
  // Slower, a day's timer would exceed what setTimeout can hold, and fire at once.
  if (!(speed >= 0.1 && speed <= 100_000)) {
    throw new WotError(
      'invalid',
      'SPEED_INVALID',
      `The simulation cannot run at speed ${speed}; give a number from 0.1 to 100000, e.g. 60.`,
    );
  }
  const origin = base.now();
  // Timers count whole milliseconds; rounding up never fires one before its time.
  const real = (delay: number) => Math.ceil(delay / speed);
  return {
    now: () => start + (base.now() - origin) * speed,
    after: (delay, call) => base.after(real(delay), call),
    every: (period, call) => base.every(real(period), call),
  };
}
