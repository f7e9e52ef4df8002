import { memo, useMemo } from 'react';
import { useMessages } from '../language/language.tsx';
import type { Trend } from '../live/live.ts';
import classes from './charts.module.css';
import { messages } from './messages.ts';
import { sparklinePath } from './sparkline-path.ts';
import type { Bounds } from './trend-range.ts';
import { useHeldTrend } from './use-held-trend.ts';

const width = 96;
const height = 28;
/** A pixel is some seconds: drawing each change would show nothing more. */
const drawEvery = 1000;

interface SparklineProps extends Bounds {
  readonly label: string;
  readonly trend: Trend;
  readonly stepped?: boolean;
}

/** A small line without axes. */
export function Sparkline({ trend, ...props }: SparklineProps) {
  return <Drawn {...props} trend={useHeldTrend(trend, drawEvery)} />;
}

const Drawn = memo(({ label, trend, stepped, minimum, maximum }: SparklineProps) => {
  const t = useMessages(messages);
  const path = useMemo(
    () => sparklinePath(trend, { width, height, stepped, minimum, maximum }),
    [trend, stepped, minimum, maximum],
  );
  return (
    <svg
      className={classes.sparkline}
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t.trend(label)}
    >
      <path d={path} />
    </svg>
  );
});
