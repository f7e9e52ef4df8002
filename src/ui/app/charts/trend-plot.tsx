import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useLanguage } from '../language/language.tsx';
import type { Trend } from '../live/live.ts';
import { numberText } from '../values/number-text.ts';
import classes from './charts.module.css';
import { type PlotLook, plotOptions } from './plot-options.ts';
import { timeFormat } from './time-format.ts';
import type { TrendChartProps } from './trend-chart.tsx';
import { useHeldTrend } from './use-held-trend.ts';

const drawEvery = 250;

/** The line itself with axes and crosshair. */
export function TrendPlot({ trend, unit, ...look }: TrendChartProps) {
  const { language } = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = useHeldTrend(trend, drawEvery);
  usePlot({ host, shown, language, point: setPointed, ...look });
  const index = Math.min(pointed ?? shown.times.length - 1, shown.times.length - 1);
  return (
    <>
      <div className={classes.readout} aria-hidden>
        <span>{timeFormat(language).format(shown.times[index])}</span>
        <strong>{valueText(shown.values[index], language, unit)}</strong>
      </div>
      <div ref={host} aria-hidden />
    </>
  );
}

function valueText(value = Number.NaN, language: string, unit = ''): string {
  return Number.isNaN(value) ? '–' : `${numberText(value, {}, language)} ${unit}`;
}

interface PlotProps extends PlotLook {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly shown: Trend;
}

/** Draws into `host`; anew where the look changes, else only what is new. */
function usePlot({ host, shown, language, minimum, maximum, stepped, point }: PlotProps): void {
  const scheme = useComputedColorScheme('light');
  const plot = useRef<uPlot>(undefined);
  const data = useRef(shown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the scheme
  useEffect(() => {
    const place = host.current;
    if (!place) return;
    const options = plotOptions(place, { language, minimum, maximum, stepped, point });
    const drawn = new uPlot(options, aligned(data.current), place);
    plot.current = drawn;
    const resized = new ResizeObserver(() =>
      drawn.setSize({ width: place.clientWidth, height: drawn.height }),
    );
    resized.observe(place);
    return () => {
      resized.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [host, scheme, language, minimum, maximum, stepped, point]);
  useEffect(() => {
    data.current = shown;
    plot.current?.setData(aligned(shown));
  }, [shown]);
}

/** uPlot has null where a line breaks. */
function aligned({ times, values }: Trend): uPlot.AlignedData {
  return [[...times], values.map((value) => (Number.isNaN(value) ? null : value))];
}
