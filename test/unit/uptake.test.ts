import { expect, test } from 'vitest';
import { Uptake } from '../../src/bindings/http/uptake.ts';

/** The heartbeats that a peer lives through which takes nothing of so many bytes. */
function beatsOf(waiting: number): number {
  const uptake = new Uptake();
  for (let beats = 0; beats < 1000; beats++) if (!uptake.beats(1, waiting)) return beats;
  return Number.POSITIVE_INFINITY;
}

test('a peer that takes nothing has a minute, and longer the more there is to take at once', () => {
  expect([1, 1000, 10 * 1024 * 1024].map(beatsOf)).toEqual([5, 5, 84]);
});

test('one that takes something, however little, or for which nothing waits, has as long as it needs', () => {
  const uptake = new Uptake();
  for (let beats = 0; beats < 100; beats++) {
    expect(uptake.beats(beats, 1000)).toBe(true);
    for (let idle = 0; idle < 3; idle++) expect(uptake.beats(beats, 1000)).toBe(true);
  }
  expect(beatsOf(0)).toBe(Number.POSITIVE_INFINITY);
});
