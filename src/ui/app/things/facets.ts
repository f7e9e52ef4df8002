import type { ThingSummary } from '../../page-data.ts';
import { fold, wordFilter } from './search-words.ts';

/** What the list can be narrowed by, in the order of the filters. */
export const facetNames = ['type', 'location', 'unit', 'protocol', 'status'] as const;
export type FacetName = (typeof facetNames)[number];
export type Chosen = Readonly<Record<FacetName, readonly string[]>>;

/** A filter: words that all have to occur, and per facet values of which one has to fit. */
export interface Filter {
  readonly q: string;
  readonly chosen: Chosen;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** Types that say of a Thing only that it is one. */
const plainTypes = new Set(['Thing', 'ThingModel']);

const readers: Readonly<Record<FacetName, (thing: ThingSummary) => readonly string[]>> = {
  type: ({ types }) => [...new Set(types.map(localName).filter((type) => !plainTypes.has(type)))],
  location: ({ location }) => (location === undefined ? [] : [location]),
  unit: ({ units }) => units,
  protocol: ({ protocols }) => protocols,
  status: ({ fault }) => [fault ? 'unreachable' : 'reachable'],
};

/** A type or model without its vocabulary: `saref:Actuator` and `sosa:Actuator` are one to the reader. */
export function localName(address: string): string {
  return address.split(/[#/:]/).findLast((part) => part !== '') ?? address;
}

/** The values of a Thing in a facet. */
export function facetValues(thing: ThingSummary, facet: FacetName): readonly string[] {
  return readers[facet](thing);
}

/** The Things that the filter leaves, in their order. */
export function matching(things: readonly ThingSummary[], filter: Filter): readonly ThingSummary[] {
  const tests = [fitsWords(filter.q), ...facetNames.map((facet) => fitsFacet(facet, filter.chosen))].filter(
    (passes) => passes !== undefined,
  );
  return tests.length === 0 ? things : things.filter((thing) => tests.every((passes) => passes(thing)));
}

/** The values of a facet with how many Things each would leave beside all other facets; chosen ones always, most first. */
export function facetCounts(
  things: readonly ThingSummary[],
  filter: Filter,
  facet: FacetName,
): readonly FacetValue[] {
  const counts = new Map<string, number>(filter.chosen[facet].map((value) => [value, 0]));
  for (const thing of matching(things, { ...filter, chosen: { ...filter.chosen, [facet]: [] } })) {
    for (const value of new Set(facetValues(thing, facet))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Array.from(counts, ([value, count]) => ({ value, count })).sort(
    (a, b) => b.count - a.count || a.value.localeCompare(b.value, undefined, { numeric: true }),
  );
}

type Test = (thing: ThingSummary) => boolean;

function fitsWords(q: string): Test | undefined {
  const has = wordFilter(q);
  return has && ((thing) => has(textOf(thing)));
}

function fitsFacet(facet: FacetName, chosen: Chosen): Test | undefined {
  const wanted = new Set(chosen[facet]);
  return wanted.size === 0
    ? undefined
    : (thing) => facetValues(thing, facet).some((value) => wanted.has(value));
}

const texts = new WeakMap<ThingSummary, string>();

/** Everything that a Thing is found by; made once for a summary. */
function textOf(thing: ThingSummary): string {
  const known = texts.get(thing);
  if (known !== undefined) return known;
  const affordances = [...thing.properties, ...thing.actions, ...thing.events];
  const text = [thing, ...affordances]
    .flatMap(({ name, title, titles }) => [name, title, ...Object.values(titles ?? {})])
    .concat(thing.types, thing.units, thing.location)
    .filter((part) => typeof part === 'string')
    .map(fold)
    .join('\n');
  texts.set(thing, text);
  return text;
}
