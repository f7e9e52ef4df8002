import type { Clock, Timer } from '../../src/contracts/clock.ts';

interface Due {
  at: number;
  readonly period?: number;
  readonly call: () => void;
}

/** A clock that stands still until a test moves it; timers run in the order of their times. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** Starts at `start` ms since 1970. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start;
  const timers = new Set<Due>();

  function add(due: Due): Timer {
    timers.add(due);
    return { cancel: () => timers.delete(due) };
  }

  function next(until: number): Due | undefined {
    const [first] = [...timers].filter((due) => due.at <= until).sort((a, b) => a.at - b.at);
    return first;
  }

  return {
    now: () => time,
    after: (delay, call) => add({ at: time + delay, call }),
    every: (period, call) => add({ at: time + period, period, call }),
    advance(ms) {
      const until = time + ms;
      for (let due = next(until); due !== undefined; due = next(until)) {
        time = due.at;
        if (due.period === undefined) timers.delete(due);
        else due.at += Math.max(due.period, 1);
        due.call();
      }
      time = until;
    },
  };
}
