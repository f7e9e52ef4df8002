import type { PropertyAffordance } from '../../../../contracts/td.ts';
import type { Tile } from '../../../dashboard.ts';
import { isNumeric, isWritable } from '../../thing/properties/property-groups.ts';

export type TileLook = NonNullable<Tile['as']>;

/** How a property can be shown, the look that it has where nobody says first. */
export function looksOf(property: PropertyAffordance): readonly TileLook[] {
  const controls: readonly TileLook[] = isWritable(property) ? ['control'] : [];
  if (property.writeOnly === true) return controls;
  const charts: readonly TileLook[] = isNumeric(property) ? ['chart'] : [];
  const gauges: readonly TileLook[] = gaugeRange(property) ? ['gauge'] : [];
  return [...controls, 'value', ...charts, ...gauges];
}

/** How a tile shows a property: as it says, where that is possible. */
export function lookOf({ as }: Tile, property: PropertyAffordance): TileLook {
  const looks = looksOf(property);
  return looks.find((look) => look === as) ?? looks[0] ?? 'value';
}

/** From where to where a gauge goes; undefined where the schema of a number does not tell both. */
export function gaugeRange(
  property: PropertyAffordance,
): { readonly minimum: number; readonly maximum: number } | undefined {
  const { minimum, maximum } = property;
  if (!isNumeric(property) || typeof minimum !== 'number' || typeof maximum !== 'number') return undefined;
  return minimum < maximum ? { minimum, maximum } : undefined;
}
