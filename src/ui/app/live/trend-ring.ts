import type { Trend } from './live.ts';

/** Milliseconds that a trend shows. */
export const trendSpan = 10 * 60_000;

/** Milliseconds of which a trend keeps the lowest and the highest value: at most three points each, and the last one. */
const width = trendSpan / 398;

interface Point {
  readonly time: number;
  readonly value: number;
}

interface Slice {
  readonly index: number;
  low: Point;
  high: Point;
  /** What was before it is not known. */
  readonly follows: 'gap' | 'slice';
}

/** The numeric changes of the last ten minutes, thinned evenly so that spikes survive; at most 1,200 points. */
export class TrendRing {
  #slices: Slice[] = [];
  #last: Point | undefined;
  #isBroken = false;

  add(value: unknown, time: number): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const point = { time: Math.max(time, this.#last?.time ?? time), value };
    const index = Math.floor(point.time / width);
    const slice = this.#slices.at(-1);
    if (slice?.index !== index) this.#open(index, point);
    else if (value < slice.low.value) slice.low = point;
    else if (value > slice.high.value) slice.high = point;
    this.#last = point;
  }

  /** What comes between the last value and the next one is not known; shown between two slices. */
  break(): void {
    this.#isBroken = this.#last !== undefined;
  }

  points(): Trend {
    const times: number[] = [];
    const values: number[] = [];
    const push = ({ time, value }: Point) => {
      times.push(time);
      values.push(value);
    };
    for (const { low, high, follows } of this.#slices) {
      const [first, second] = low.time <= high.time ? [low, high] : [high, low];
      if (follows === 'gap') push({ time: first.time, value: Number.NaN });
      push(first);
      if (second !== first) push(second);
    }
    if (this.#last && this.#last.time !== times.at(-1)) push(this.#last);
    return { times, values };
  }

  #open(index: number, point: Point): void {
    const follows = this.#isBroken ? 'gap' : 'slice';
    this.#isBroken = false;
    this.#slices.push({ index, low: point, high: point, follows });
    const oldest = index - trendSpan / width;
    const kept = this.#slices.findIndex((slice) => slice.index > oldest);
    // The last one before them tells what held at their beginning.
    this.#slices.splice(0, kept - 1);
  }
}
