import { expect, test } from 'vitest';
import { fakeClock } from '../support/fake-clock.ts';

test('timers run in the order of their times, each at its own time', () => {
  const clock = fakeClock(1000);
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  clock.after(30, note('late'));
  clock.every(20, note('again'));
  clock.after(10, note('early'));
  clock.after(5, note('cancelled')).cancel();
  clock.advance(45);
  expect(ran).toEqual([
    ['early', 1010],
    ['again', 1020],
    ['late', 1030],
    ['again', 1040],
  ]);
  expect(clock.now()).toBe(1045);
});

test('a timer that a timer starts runs in the same advance', () => {
  const clock = fakeClock(0);
  const ran: number[] = [];
  clock.after(10, () => clock.after(10, () => ran.push(clock.now())));
  clock.advance(20);
  expect(ran).toEqual([20]);
});
