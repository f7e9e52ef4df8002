import { type Clock, systemClock } from '../../src/contracts/clock.ts';

const factor = 10;

/** The machine's clock, whose timers are ten times as fast: for processes that no test can move a clock of. */
export const hurriedClock: Clock = {
  ...systemClock,
  after: (delay, call) => systemClock.after(delay / factor, call),
};
