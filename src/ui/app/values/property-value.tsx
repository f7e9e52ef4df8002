import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { LiveValue } from '../live/live.ts';
import { LeafValue } from './leaf-value.tsx';
import { StructuredValue } from './structured-value.tsx';
import { isFlat } from './value-look.ts';
import { ValueState } from './value-state.tsx';
import classes from './values.module.css';

/** A value as its DataSchema says: number with unit, on/off, enum, time, colour, image; objects and arrays short. `short` keeps it to one line without anything to press. */
export function ValueText({
  schema,
  value,
  short = false,
}: {
  readonly schema: PropertyAffordance;
  readonly value: unknown;
  readonly short?: boolean;
}) {
  return short || isFlat(value) ? (
    <LeafValue schema={schema} value={value} short={short} />
  ) : (
    <StructuredValue schema={schema} value={value as object} />
  );
}

/** A live value with its state (each looks different, in words and icon too) and age; `compact` leaves the age to a tooltip. */
export function PropertyValue({
  schema,
  live,
  compact = false,
}: {
  readonly schema: PropertyAffordance;
  readonly live: LiveValue;
  readonly compact?: boolean;
}) {
  return (
    <div className={classes.property} data-state={live.state} data-compact={compact || undefined}>
      <div className={classes.value}>
        {live.value === undefined ? (
          <span aria-hidden>–</span>
        ) : (
          <ValueText schema={schema} value={live.value} short={compact} />
        )}
      </div>
      <ValueState schema={schema} live={live} compact={compact} />
    </div>
  );
}
