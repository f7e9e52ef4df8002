import { expect, test, vi } from 'vitest';
import { systemClock, waitingClock } from '../../src/contracts/clock.ts';

// A peer may name any time to wait: CoAP's Max-Age up to 2^32 s.
test.each([
  ['system', systemClock],
  ['waiting', waitingClock],
])(
  'a timer of the %s clock that is longer than the machine can hold is not called at once',
  async (_, clock) => {
    const called = vi.fn();
    const timer = clock.after(2 ** 32 * 1000, called);
    await new Promise<void>((resolve) => waitingClock.after(20, resolve));
    timer.cancel();
    expect(called).not.toHaveBeenCalled();
  },
);
