import { lazy, Suspense } from 'react';
import { useMessages } from '../language/language.tsx';
import type { Trend } from '../live/live.ts';
import classes from './charts.module.css';
import { messages } from './messages.ts';
import { Sparkline } from './sparkline.tsx';
import type { Bounds } from './trend-range.ts';
import { TrendTable } from './trend-table.tsx';

const TrendPlot = lazy(async () => ({ default: (await import('./trend-plot.tsx')).TrendPlot }));

export interface TrendChartProps extends Bounds {
  readonly label: string;
  readonly trend: Trend;
  readonly unit?: string;
  readonly small?: boolean;
  /** Values hold until the next one: booleans, integers. */
  readonly stepped?: boolean;
}

/** A line over time (uPlot), gaps as gaps, with a table twin for who does not see it; `small` is a sparkline. */
export function TrendChart({ small = false, ...props }: TrendChartProps) {
  const t = useMessages(messages);
  if (small) return <Sparkline {...props} />;
  return (
    <figure className={classes.chart} aria-label={t.trend(props.label)}>
      <Suspense fallback={<div className={classes.place} />}>
        {props.trend.times.length === 0 ? (
          <p className={classes.place}>{t.none}</p>
        ) : (
          <TrendPlot {...props} />
        )}
      </Suspense>
      <TrendTable {...props} />
    </figure>
  );
}
