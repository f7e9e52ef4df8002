import type { Trend } from '../live/live.ts';
import { type Bounds, valueRange } from './trend-range.ts';

export interface SparklineBox extends Bounds {
  readonly width: number;
  readonly height: number;
  /** Values hold until the next one. */
  readonly stepped?: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The path of a small line for SVG; a gap (NaN) lifts the pen, at most four points share a column of pixels. */
export function sparklinePath(trend: Trend, box: SparklineBox): string {
  let path = '';
  let down = false;
  for (const column of columns(trend, box)) {
    for (const { x, y } of column) {
      if (Number.isNaN(y)) down = false;
      else {
        path += down ? to(x, y, box.stepped) : `M${x} ${y}`;
        down = true;
      }
    }
  }
  return path;
}

function to(x: number, y: number, stepped = false): string {
  return stepped ? `H${x}V${y}` : `L${x} ${y}`;
}

function columns(trend: Trend, { width, height, ...bounds }: SparklineBox): readonly (readonly Point[])[] {
  const { times, values } = trend;
  const [low, high] = valueRange(trend, bounds);
  const from = times[0] ?? 0;
  const duration = (times.at(-1) ?? 0) - from || 1;
  const byColumn = new Map<number, Point[]>();
  times.forEach((time, index) => {
    const x = Math.round(((time - from) / duration) * width);
    const y = round(height - (((values[index] ?? Number.NaN) - low) / (high - low)) * height);
    const column = byColumn.get(x);
    if (column) column.push({ x, y });
    else byColumn.set(x, [{ x, y }]);
  });
  return [...byColumn.values()].map(thinned);
}

/** Its first and last point, and between them its extremes: spikes survive. */
function thinned(column: readonly Point[]): readonly Point[] {
  if (column.length <= 4 || column.some(({ y }) => Number.isNaN(y))) return column;
  const ys = column.map(({ y }) => y);
  const keep = [0, ys.indexOf(Math.min(...ys)), ys.indexOf(Math.max(...ys)), ys.length - 1];
  return keep.sort((a, b) => a - b).flatMap((index) => column[index] ?? []);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
