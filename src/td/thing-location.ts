import type { PartialTd } from '../contracts/td.ts';
import { isJsonObject, textOf } from './json-object.ts';

/** schema.org, iotschema, Brick, SAREF for buildings, and what people write without a vocabulary. */
const locationTerm = /(^|[:/#])(location|hasLocation|isLocatedIn|locatedIn|isInSpace)$/;
const nameTerm = /(^|[:/#])(name|title|label|@value)$/;

/** Where a Thing stands, in words; places that have only coordinates or an address of their own have none. */
export function thingLocation(td: PartialTd): string | undefined {
  const [, place] = Object.entries(td).find(([term]) => locationTerm.test(term)) ?? [];
  return namedIn(Array.isArray(place) ? place[0] : place);
}

/** The words for something that may be an object with a name. */
export function namedIn(value: unknown): string | undefined {
  const named = isJsonObject(value)
    ? Object.entries(value).find(([term]) => nameTerm.test(term))?.[1]
    : value;
  return textOf(named).trim() || undefined;
}
