import type { AffordanceKind } from '../../../contracts/td.ts';
import type { Dashboard, ThingSelector, Tile } from '../../dashboard.ts';
import type { ThingSummary } from '../../page-data.ts';

/** The affordance that a tile shows. */
export interface TileAffordance {
  readonly kind: AffordanceKind;
  readonly name: string;
}

/** The affordance that a tile shows; undefined for a text. */
export function affordanceOf(tile: Tile): TileAffordance | undefined {
  if (tile.property !== undefined) return { kind: 'properties', name: tile.property };
  if (tile.action !== undefined) return { kind: 'actions', name: tile.action };
  return tile.event === undefined ? undefined : { kind: 'events', name: tile.event };
}

/** The Things that a tile means, at a place where the board is for one at a time. */
export function thingsOf(
  tile: Tile,
  things: readonly ThingSummary[],
  place?: string,
): readonly ThingSummary[] {
  const affordance = affordanceOf(tile);
  if (!affordance) return [];
  const { kind, name } = affordance;
  const where = { ...(place !== undefined && { location: place }), ...tile.thing };
  return things.filter((thing) => fits(where, thing) && thing[kind].some((each) => each.name === name));
}

/** A Thing that a tile means, at the place if there is one, else anywhere. */
export function exampleThing(
  tile: Tile,
  things: readonly ThingSummary[],
  place?: string,
): ThingSummary | undefined {
  return thingsOf(tile, things, place)[0] ?? thingsOf(tile, things)[0];
}

/** The places of a board that is for one at a time: where Things stand that its tiles mean. */
export function placesOf({ per, tiles }: Dashboard, things: readonly ThingSummary[]): readonly string[] {
  if (per !== 'location') return [];
  const local = tiles.filter(({ thing }) => thing?.location === undefined);
  const places = local.flatMap((tile) => thingsOf(tile, things).flatMap(({ location }) => location ?? []));
  return [...new Set(places)].sort(new Intl.Collator(undefined, { numeric: true }).compare);
}

/** The selectors that mean a Thing, from it alone to all that are like it. */
export function selectorsOf({ name, models, types }: ThingSummary): readonly ThingSelector[] {
  return [{ name }, ...models.map((model) => ({ model })), ...types.map((type) => ({ type }))];
}

function fits({ name, model, type, location }: ThingSelector, thing: ThingSummary): boolean {
  return (
    (name === undefined || name === thing.name) &&
    (model === undefined || thing.models.includes(model)) &&
    (type === undefined || thing.types.includes(type)) &&
    (!location || location === thing.location)
  );
}
