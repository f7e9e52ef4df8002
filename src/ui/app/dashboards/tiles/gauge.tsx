import type { PropertyAffordance } from '../../../../contracts/td.ts';
import { useLanguage } from '../../language/language.tsx';
import type { LiveValue } from '../../live/live.ts';
import { numberText } from '../../values/number-text.ts';
import { PropertyValue } from '../../values/property-value.tsx';
import { useWholeText } from '../../values/use-value-text.ts';
import { gaugeRange } from './tile-look.ts';
import classes from './tiles.module.css';

const arc = 'M 10 56 A 50 50 0 0 1 110 56';

interface GaugeProps {
  readonly label: string;
  readonly property: PropertyAffordance;
  readonly live: LiveValue;
}

/** A number between the bounds of its DataSchema, on a half circle and in words. */
export function Gauge({ label, property, live }: GaugeProps) {
  const { language } = useLanguage();
  const { minimum, maximum } = gaugeRange(property) ?? { minimum: 0, maximum: 1 };
  const known = typeof live.value === 'number';
  const part = known ? (Number(live.value) - minimum) / (maximum - minimum) : 0;
  const meter = useMeter({ label, property, live }, { minimum, maximum });
  return (
    <div className={classes.gauge}>
      <div className={classes.dial} {...(known && meter)}>
        <svg viewBox="0 0 120 62" aria-hidden>
          <path d={arc} className={classes.track} />
          {part > 0 ? (
            <path
              d={arc}
              className={classes.part}
              pathLength={100}
              strokeDasharray={`${Math.min(part, 1) * 100} 100`}
            />
          ) : null}
        </svg>
        <div className={classes.bounds}>
          <span>{numberText(minimum, {}, language)}</span>
          <span>{numberText(maximum, {}, language)}</span>
        </div>
      </div>
      <div className={classes.gaugeValue}>
        <PropertyValue schema={property} live={live} />
      </div>
    </div>
  );
}

/** What is said of the dial to who does not see it. */
function useMeter(
  { label, property, live }: GaugeProps,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
) {
  const words = useWholeText();
  return {
    role: 'meter',
    'aria-label': label,
    'aria-valuemin': minimum,
    'aria-valuemax': maximum,
    'aria-valuenow': Math.min(Math.max(Number(live.value), minimum), maximum),
    'aria-valuetext': words(property, live.value),
  };
}
