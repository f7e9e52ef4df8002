import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { ThingSummary } from '../../page-data.ts';
import { PropertyControl } from '../controls/property-control.tsx';
import { useTdText } from '../language/td-text.ts';
import { useProperty } from '../live/use-live.ts';
import { useOnScreen } from '../shell/use-on-screen.ts';
import { isNumeric, isWritable } from '../thing/properties/property-groups.ts';
import { PropertyTrend } from '../thing/properties/property-trend.tsx';
import { useWrite } from '../thing/properties/use-thing-property.ts';
import { PropertyValue } from '../values/property-value.tsx';
import classes from './overview.module.css';

interface PropertyTileProps {
  readonly thing: ThingSummary;
  readonly name: string;
  readonly property: PropertyAffordance;
}

/** A live value, its trend where it is a number, its control where it can be written. */
export function PropertyTile({ thing, name, property }: PropertyTileProps) {
  const [ref, active] = useOnScreen<HTMLDivElement>();
  const { observable, writeOnly, type } = property;
  const live = useProperty(thing, name, { observable, readable: writeOnly !== true, active });
  const write = useWrite(thing, name);
  const label = `${useTdText()(property, name).title}, ${thing.title}`;
  const control = isWritable(property) ? (
    <PropertyControl label={label} schema={property} live={live} write={write} />
  ) : null;
  return (
    <div ref={ref} className={classes.tileBody}>
      <div className={classes.tileValue}>
        <PropertyValue schema={property} live={live} />
        {isNumeric(property) ? (
          <div className={classes.trend}>
            <PropertyTrend thing={thing} name={name} property={property} small />
          </div>
        ) : null}
        {type === 'boolean' ? control : null}
      </div>
      {type === 'boolean' ? null : control}
    </div>
  );
}
