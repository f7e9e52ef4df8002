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

/** The values from the bottom of a chart to its top: all that the schema allows while the value stands still, else about what it was; never beyond what it allows for air alone. */
export function valueRange(trend: Trend, { minimum, maximum }: Bounds): readonly [low: number, high: number] {
  const [low, high] = extremes(trend) ?? [0, 1];
  const floor = Math.min(low, minimum ?? Number.NEGATIVE_INFINITY);
  const ceiling = Math.max(high, maximum ?? Number.POSITIVE_INFINITY);
  const isBounded = Number.isFinite(ceiling - floor);
  if (isBounded && low === high && floor < ceiling) return [floor, ceiling];
  const least = leastSpan * (isBounded ? ceiling - floor : Math.max(Math.abs(low), Math.abs(high))) || 1;
  const span = Math.max(high - low, least);
  const from = Math.max(floor, (low + high - span) / 2);
  const to = Math.min(ceiling, from + span);
  return [to - span, to];
}

/** The trend with its last value held until now, where it does not end in a gap: it is told when it changes. */
export function heldUntil({ times, values }: Trend, now: number): Trend {
  const last = times.at(-1);
  const value = values.at(-1);
  if (last === undefined || value === undefined || Number.isNaN(value) || now <= last)
    return { times, values };
  return { times: [...times, now], values: [...values, value] };
}
