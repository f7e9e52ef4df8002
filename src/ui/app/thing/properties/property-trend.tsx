import { unitSymbol } from '../../../../td/unit-symbol.ts';
import { TrendChart } from '../../charts/trend-chart.tsx';
import { useTdText } from '../../language/td-text.ts';
import { useTrend } from '../../live/use-live.ts';
import { isWritable } from './property-groups.ts';
import type { PropertyProps } from './use-thing-property.ts';

/** The trend of a numeric property. */
export function PropertyTrend({
  thing,
  name,
  property,
  small = false,
  active = true,
}: PropertyProps & { readonly small?: boolean; readonly active?: boolean }) {
  const { title } = useTdText()(property, name);
  const { minimum, maximum, type, unit } = property;
  return (
    <TrendChart
      label={title}
      trend={useTrend(thing, name, active)}
      unit={unitSymbol(unit)}
      minimum={minimum}
      maximum={maximum}
      // What is set stays until it is set again.
      stepped={type === 'integer' || isWritable(property)}
      small={small}
    />
  );
}
