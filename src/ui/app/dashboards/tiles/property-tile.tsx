import type { PropertyAffordance } from '../../../../contracts/td.ts';
import type { Tile } from '../../../dashboard.ts';
import { PropertyControl } from '../../controls/property-control.tsx';
import type { LiveThing, LiveValue } from '../../live/live.ts';
import { useProperty } from '../../live/use-live.ts';
import { isNumeric } from '../../thing/properties/property-groups.ts';
import { PropertyTrend } from '../../thing/properties/property-trend.tsx';
import { useWrite } from '../../thing/properties/use-thing-property.ts';
import { PropertyValue } from '../../values/property-value.tsx';
import { ValueState } from '../../values/value-state.tsx';
import { Gauge } from './gauge.tsx';
import { lookOf } from './tile-look.ts';
import classes from './tiles.module.css';

interface PropertyTileProps {
  readonly tile: Tile;
  readonly thing: LiveThing;
  readonly name: string;
  readonly property: PropertyAffordance;
  readonly title: string;
  /** Whether it is on the screen; what is not asks for nothing. */
  readonly active: boolean;
}

/** A property as value, control, chart or gauge. */
export function PropertyTile(props: PropertyTileProps) {
  const { tile, thing, name, property, title, active } = props;
  const { observable, writeOnly } = property;
  const live = useProperty(thing, name, { observable, readable: writeOnly !== true, active });
  switch (lookOf(tile, property)) {
    case 'control':
      return <Control {...props} live={live} />;
    case 'chart':
      return <Chart {...props} live={live} />;
    case 'gauge':
      return <Gauge label={title} property={property} live={live} />;
    default:
      return <Value {...props} live={live} />;
  }
}

type LivePropertyProps = PropertyTileProps & { readonly live: LiveValue };

function Value({ thing, name, property, live, active }: LivePropertyProps) {
  return (
    <div className={classes.value}>
      <PropertyValue schema={property} live={live} />
      {isNumeric(property) ? (
        <div className={classes.trend}>
          {active ? <PropertyTrend thing={thing} name={name} property={property} small /> : null}
        </div>
      ) : null}
    </div>
  );
}

function Control({ thing, name, property, live, title }: LivePropertyProps) {
  const write = useWrite(thing, name);
  return (
    <>
      {property.writeOnly === true ? null : (
        <div className={classes.present}>
          <PropertyValue schema={property} live={live} />
        </div>
      )}
      <PropertyControl label={title} schema={property} live={live} write={write} />
    </>
  );
}

function Chart({ thing, name, property, live, active }: LivePropertyProps) {
  return (
    <div className={classes.chart}>
      {active ? <PropertyTrend thing={thing} name={name} property={property} /> : null}
      <div className={classes.chartState}>
        <ValueState schema={property} live={live} />
      </div>
    </div>
  );
}
