import type { Clock } from '../../../contracts/clock.ts';

/** The browser's clock. */
export const pageClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(delay, call) {
    const timer = setTimeout(call, delay);
    return { cancel: () => clearTimeout(timer) };
  },
  every(period, call) {
    const timer = setInterval(call, period);
    return { cancel: () => clearInterval(timer) };
  },
};
