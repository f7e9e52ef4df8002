import type { Trend } from '../live/live.ts';

/** The share of the schema's range (of the value itself without one) that a chart spans at least: noise is not drawn as if it were the weather. */
const leastSpan = 0.01;

export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The lowest and highest value; undefined where there is none. */
export function extremes({ values }: Trend): readonly [low: number, high: number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** The values from the bottom of a chart to its top; flat lines run in the middle. */
export function valueRange(trend: Trend, { minimum, maximum }: Bounds): readonly [low: number, high: number] {
  const [low, high] = extremes(trend) ?? [0, 1];
  const range =
    minimum === undefined || maximum === undefined
      ? Math.max(Math.abs(low), Math.abs(high))
      : maximum - minimum;
  const least = range * leastSpan || 1;
  const margin = Math.max(0, least - (high - low)) / 2;
  return [low - margin, high + margin];
}

/** The trend with its last value held until now, where it does not end in a gap: it is told when it changes. */
export function heldUntil({ times, values }: Trend, now: number): Trend {
  const last = times.at(-1);
  const value = values.at(-1);
  if (last === undefined || value === undefined || Number.isNaN(value) || now <= last)
    return { times, values };
  return { times: [...times, now], values: [...values, value] };
}
