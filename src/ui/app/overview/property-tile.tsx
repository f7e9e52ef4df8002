import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { ThingSummary } from '../../page-data.ts';
import { TrendChart } from '../charts/trend-chart.tsx';
import { PropertyControl } from '../controls/property-control.tsx';
import { useTdText } from '../language/td-text.ts';
import { useOnScreen, useProperty, useTrend } from '../live/use-live.ts';
import { useWrite } from '../thing/properties/use-thing-property.ts';
import { PropertyValue } from '../values/property-value.tsx';
import { unitSymbol } from '../values/units.ts';
import classes from './overview.module.css';

interface PropertyTileProps {
  readonly thing: ThingSummary;
  readonly name: string;
  readonly property: PropertyAffordance;
}

/** A live value, its trend where it is a number, its control where it can be written. */
export function PropertyTile({ thing, name, property }: PropertyTileProps) {
  const [ref, active] = useOnScreen<HTMLDivElement>();
  const { observable, writeOnly, readOnly, type } = property;
  const live = useProperty(thing, name, { observable, readable: writeOnly !== true, active });
  const write = useWrite(thing, name);
  const label = `${useTdText()(property, name).title}, ${thing.title}`;
  const control =
    readOnly === true || 'const' in property ? null : (
      <PropertyControl label={label} schema={property} live={live} write={write} />
    );
  return (
    <div ref={ref} className={classes.tileBody}>
      <div className={classes.tileValue}>
        <PropertyValue schema={property} live={live} />
        {type === 'number' || type === 'integer' ? (
          <TileTrend thing={thing} name={name} property={property} />
        ) : null}
        {type === 'boolean' ? control : null}
      </div>
      {type === 'boolean' ? null : control}
    </div>
  );
}

function TileTrend({ thing, name, property }: PropertyTileProps) {
  const trend = useTrend(thing, name);
  const { minimum, maximum, unit, type } = property;
  return (
    <div className={classes.trend}>
      <TrendChart
        small
        label={useTdText()(property, name).title}
        trend={trend}
        unit={unitSymbol(unit)}
        minimum={minimum}
        maximum={maximum}
        stepped={type === 'integer'}
      />
    </div>
  );
}
