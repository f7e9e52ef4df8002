import type { PartialTd, PropertyAffordance } from '../contracts/td.ts';
import { stringList } from '../td/json-object.ts';
import { isReadable } from '../td/offered.ts';
import { affordanceSummary } from './affordance-summary.ts';
import type { KeyProperty } from './page-data.ts';

/** The property that tells most of a Thing: what its type names, else a measured or controlled quantity, the first of equals. */
export function keyProperty(td: PartialTd): KeyProperty | undefined {
  const thingTypes = stringList(td['@type']).map(localName);
  const ranked = Object.entries(td.properties ?? {})
    .filter(([, property]) => isCandidate(property))
    .map(([name, property]) => ({ name, property, rank: rankOf(property, thingTypes) }))
    .sort((a, b) => b.rank - a.rank);
  const [best] = ranked;
  return best && described(best.name, best.property);
}

const simpleTypes: readonly unknown[] = ['number', 'integer', 'boolean', 'string'];

function isCandidate(property: PropertyAffordance): boolean {
  return isReadable(property) && simpleTypes.includes(property.type) && property.uriVariables === undefined;
}

/** SOSA: what a Thing observes or acts on. */
const feature = /^(Observable|Actuatable)Property$/;

function rankOf(property: PropertyAffordance, thingTypes: readonly string[]): number {
  const types = stringList(property['@type']).map(localName);
  const signs = [
    types.some((type) => isNamedBy(type, thingTypes)),
    property.type !== 'string',
    types.some((type) => feature.test(type)),
    property.observable === true,
    // What can be written and means nothing is a setting.
    types.length > 0 || property.readOnly === true,
  ];
  return signs.reduce((rank, sign) => rank * 2 + Number(sign), 0);
}

/** `Temperature` by `TemperatureSensor`, `OnOffProperty` by `OnOffSwitch`. */
function isNamedBy(type: string, thingTypes: readonly string[]): boolean {
  const stem = type.replace(/(Property|State|Status)$/, '').toLowerCase();
  return stem.length > 2 && thingTypes.some((thing) => thing.toLowerCase().startsWith(stem));
}

/** The type without its prefix or vocabulary. */
function localName(type: string): string {
  return type.replace(/^.*[:#/]/, '');
}

function described(name: string, { forms: _, ...schema }: PropertyAffordance): KeyProperty {
  const { observable = false } = schema;
  return { ...affordanceSummary(name, schema), schema, observable };
}
