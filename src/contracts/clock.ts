/** A timer that can be stopped. */
export interface Timer {
  cancel(): void;
}

/** Time as the parts see it; tests and the simulation put their own in its place. */
export interface Clock {
  /** Milliseconds since 1970, with fractions where the source has them. */
  now(): number;
  /** Calls once after `delay` ms; does not keep the process alive. */
  after(delay: number, call: () => void): Timer;
  /** Calls every `period` ms until cancelled; does not keep the process alive. */
  every(period: number, call: () => void): Timer;
}

/** What setTimeout can hold, 24.8 days; anything longer it would call at once. */
const longestTimer = 2 ** 31 - 1;

/** The machine's clock; a timer of more than 24.8 days is called after those. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(delay, call) {
    const timer = setTimeout(call, Math.min(delay, longestTimer));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(period, call) {
    const timer = setInterval(call, period);
    timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
};

/** The machine's clock for callers who wait for its timers: they keep the process alive. */
export const waitingClock: Clock = {
  ...systemClock,
  after(delay, call) {
    const timer = setTimeout(call, Math.min(delay, longestTimer));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Waits `delay` ms; ends early, without an error, when the signal aborts. */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  if (delay <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delay, done);
    signal.addEventListener('abort', done);
  });
}
