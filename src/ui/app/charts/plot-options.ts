import uPlot from 'uplot';
import { timeFormat } from './time-format.ts';
import { type Bounds, valueRange } from './trend-range.ts';

const height = 220;

export interface PlotLook extends Bounds {
  readonly language: string;
  readonly stepped?: boolean;
  /** Told the index under the pointer. */
  point(index: number | null): void;
}

/** What uPlot needs to draw a trend in `place`, in the colours that CSS gives it there. */
export function plotOptions(place: HTMLElement, look: PlotLook): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name);
  const line = colour('--chart-line');
  return {
    width: place.clientWidth,
    height,
    ms: 1,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { range: aMinuteAtLeast }, y: { range: (plot) => padded(plot, look) } },
    axes: axes(look.language, { grid: colour('--chart-grid'), text: colour('--chart-text') }),
    series: [
      {},
      {
        stroke: line,
        width: 2,
        fill: `color-mix(in srgb, ${line} 12%, transparent)`,
        points: { show: false },
        ...(look.stepped && uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
    hooks: {
      setCursor: [(plot) => look.point(plot.cursor.idx ?? null)],
      draw: [(plot) => drawLimits(plot, look, colour('--chart-limit'))],
    },
  };
}

function axes(
  language: string,
  { grid, text }: { readonly grid: string; readonly text: string },
): uPlot.Axis[] {
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 });
  const line = { stroke: grid, width: 1 };
  const shared = { stroke: text, font: '12px system-ui', grid: line, ticks: { ...line, size: 4 } };
  return [
    {
      ...shared,
      space: 80,
      values: (_, splits) => {
        const [first = 0, second = first] = splits;
        const time = timeFormat(language, second - first < 60_000 ? 'second' : 'minute');
        return splits.map((at) => time.format(at));
      },
    },
    {
      ...shared,
      size: (_, values) => 16 + 7 * Math.max(3, ...(values ?? []).map((value) => value.length)),
      values: (_, splits) => splits.map((value) => number.format(value)),
    },
  ];
}

/** Seconds are not worth a chart. */
function aMinuteAtLeast(_: uPlot, from: number, to: number): uPlot.Range.MinMax {
  return [Math.min(from, to - 60_000), to];
}

/** A tenth of air above and below. */
function padded(plot: uPlot, bounds: Bounds): uPlot.Range.MinMax {
  const [times, values = []] = plot.data;
  const trend = { times: [...times], values: [...values].map((value) => value ?? Number.NaN) };
  const [low, high] = valueRange(trend, bounds);
  const air = (high - low) / 10;
  return [low - air, high + air];
}

/** Dashed lines at what the schema allows, where they are in sight. */
function drawLimits(
  { ctx, bbox, scales, valToPos }: uPlot,
  { minimum, maximum }: Bounds,
  colour: string,
): void {
  const { min, max } = scales['y'] ?? {};
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const limit of [minimum, maximum]) {
    if (limit === undefined || limit < (min ?? 0) || limit > (max ?? 0)) continue;
    const y = valToPos(limit, 'y', true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
