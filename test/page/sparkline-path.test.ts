import { describe, expect, it } from 'vitest';
import { sparklinePath } from '../../src/ui/app/charts/sparkline-path.ts';
import { heldUntil, valueRange } from '../../src/ui/app/charts/trend-range.ts';

const box = { width: 100, height: 10 };

describe('sparklinePath', () => {
  it('runs from the first point to the last, from the lowest to the highest', () => {
    expect(sparklinePath({ times: [0, 50, 100], values: [1, 3, 2] }, box)).toBe('M0 10L50 0L100 5');
  });

  it('holds values until the next one where they are steps', () => {
    expect(sparklinePath({ times: [0, 100], values: [0, 1] }, { ...box, stepped: true })).toBe('M0 10H100V0');
  });

  it('lifts the pen in a gap', () => {
    const trend = { times: [0, 20, 50, 80, 100], values: [0, 1, Number.NaN, 1, 0] };
    expect(sparklinePath(trend, box)).toBe('M0 10L20 0M80 0L100 10');
  });

  it('keeps a spike among ten thousand points, and few of the others', () => {
    const times = Array.from({ length: 10_000 }, (_, index) => index);
    const path = sparklinePath({ times, values: times.map((time) => (time === 5001 ? 9 : time % 2)) }, box);
    expect(path).toContain('L50 0');
    expect(path.match(/[ML]/g)?.length).toBeLessThanOrEqual(404);
  });

  it('draws nothing of nothing, and a flat line in the middle', () => {
    expect(sparklinePath({ times: [], values: [] }, box)).toBe('');
    expect(sparklinePath({ times: [0, 1], values: [0, 0] }, box)).toBe('M0 5L100 5');
  });
});

describe('valueRange', () => {
  it('does not blow up noise', () => {
    const noise = { times: [0, 1], values: [20, 20.01] };
    const [low, high] = valueRange(noise, { minimum: -40, maximum: 80 });
    expect(high - low).toBeCloseTo(1.2);
    expect((high + low) / 2).toBeCloseTo(20.005);
  });

  it('shows what may be where a value stands still, and no air beyond it', () => {
    const flat = (value: number) => ({ times: [0, 1], values: [value, value] });
    expect(valueRange(flat(0), { minimum: 0, maximum: 100 })).toEqual([0, 100]);
    expect(valueRange(flat(150), { minimum: 0, maximum: 100 })).toEqual([0, 150]);
    expect(valueRange(flat(0), { minimum: 0 })).toEqual([0, 1]);
    expect(valueRange(flat(0), { maximum: 0 })).toEqual([-1, 0]);
    expect(valueRange(flat(7), { minimum: 7, maximum: 7 })).toEqual([6, 7]);
    expect(valueRange({ times: [0, 1], values: [0, 0.2] }, { minimum: 0, maximum: 100 })).toEqual([0, 1]);
    expect(valueRange(flat(0), { minimum: -1e308, maximum: 1e308 })).toEqual([-0.5, 0.5]);
  });
});

describe('heldUntil', () => {
  it('holds the last value until now, save in a gap', () => {
    expect(heldUntil({ times: [1], values: [5] }, 9)).toEqual({ times: [1, 9], values: [5, 5] });
    expect(heldUntil({ times: [1], values: [Number.NaN] }, 9).times).toEqual([1]);
    expect(heldUntil({ times: [], values: [] }, 9).times).toEqual([]);
  });
});
