import { describe, expect, it } from 'vitest';
import { clearSkyIrradiance, sunElevation } from '../../src/simulation/daylight.ts';
import { drift } from '../../src/simulation/drift.ts';
import { fixedStep } from '../../src/simulation/fixed-step.ts';
import { measurement } from '../../src/simulation/measurement.ts';
import { scaledClock } from '../../src/simulation/scaled-clock.ts';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { Signal } from '../../src/simulation/signal.ts';
import { fakeClock } from '../support/fake-clock.ts';

function draw<T>(count: number, next: () => T): readonly T[] {
  return Array.from({ length: count }, next);
}

describe('seededRandom', () => {
  it('repeats a seed exactly and differs between seeds', () => {
    expect(draw(50, seededRandom(7).next)).toEqual(draw(50, seededRandom(7).next));
    expect(draw(50, seededRandom(7).next)).not.toEqual(draw(50, seededRandom(8).next));
  });

  it('keeps streams apart: drawing from one does not move another', () => {
    const random = seededRandom(7);
    const expected = draw(5, random.stream('b').next);
    draw(99, random.stream('a').next);
    expect(draw(5, random.stream('b').next)).toEqual(expected);
    expect(draw(5, random.stream('a').next)).not.toEqual(expected);
  });

  it('is even over [0, 1) and normal', () => {
    const random = seededRandom(1);
    const even = draw(20_000, random.next);
    expect(Math.min(...even)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...even)).toBeLessThan(1);
    expect(mean(even)).toBeCloseTo(0.5, 1);
    const normal = draw(20_000, random.gaussian);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
  });
});

describe('scaledClock', () => {
  it('lets time and timers pass at its speed', () => {
    const base = fakeClock();
    const clock = scaledClock(base, { start: 1_000, speed: 60 });
    const fired: string[] = [];
    clock.after(60_000, () => fired.push('after'));
    const ticking = clock.every(30_000, () => fired.push('every'));
    base.advance(999);
    expect(fired).toEqual(['every']);
    base.advance(1);
    expect(clock.now()).toBe(61_000);
    expect(fired).toEqual(['every', 'after', 'every']);
    ticking.cancel();
    base.advance(5_000);
    expect(fired).toHaveLength(3);
  });

  it.each([0, -1, 1e-9, 1e9, Number.NaN, Number.POSITIVE_INFINITY])('refuses speed %d', (speed) => {
    expect(() => scaledClock(fakeClock(), { start: 0, speed })).toThrow(
      expect.objectContaining({ code: 'SPEED_INVALID' }),
    );
  });
});

describe('fixedStep', () => {
  it('makes the same steps however often it is asked, also from within a step', () => {
    const clock = fakeClock(0);
    const times: number[] = [];
    const catchUp = fixedStep({
      clock,
      start: 0,
      period: 10,
      step(time) {
        times.push(time);
        expect(catchUp()).toBe(false);
      },
    });
    clock.advance(9);
    expect(catchUp()).toBe(false);
    clock.advance(26);
    expect(catchUp()).toBe(true);
    expect(catchUp()).toBe(false);
    expect(times).toEqual([10, 20, 30]);
  });
});

it('drift returns to its mean, with its deviation', () => {
  const wander = drift(seededRandom(3), { mean: 10, deviation: 2, correlationTime: 5 });
  const values = draw(20_000, () => wander(5));
  expect(mean(values)).toBeCloseTo(10, 0);
  expect(Math.sqrt(mean(values.map((value) => (value - 10) ** 2)))).toBeCloseTo(2, 0);
});

it('measurement rounds to its resolution and stays in its range', () => {
  const measure = measurement(seededRandom(3), { noise: 1, resolution: 0.1, minimum: 0, maximum: 10 });
  for (const truth of draw(200, () => 0.05).map((step, index) => step * index)) {
    const reading = measure(truth);
    expect(reading).toBe(Number(reading.toFixed(1)));
    expect(reading).toBeGreaterThanOrEqual(0);
    expect(reading).toBeLessThanOrEqual(10);
  }
});

it('the sun stands highest at noon, in summer higher, and below the horizon at midnight', () => {
  const at = (month: number, hour: number) => sunElevation(Date.UTC(2026, month, 21, hour), 52);
  expect(at(5, 12)).toBeCloseTo(61.4, 0);
  expect(at(11, 12)).toBeCloseTo(14.6, 0);
  expect(at(5, 0)).toBeLessThan(0);
  expect(clearSkyIrradiance(at(5, 12))).toBeGreaterThan(800);
  expect(clearSkyIrradiance(at(5, 0))).toBe(0);
});

it('Signal tells its watchers until they leave', () => {
  let value = 1;
  const signal = new Signal(() => value);
  const told: number[] = [];
  const leave = signal.watch((now) => told.push(now));
  signal.tell();
  value = 2;
  signal.tell();
  leave();
  value = 3;
  signal.tell();
  expect(told).toEqual([1, 2]);
  expect(signal.read()).toBe(3);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
