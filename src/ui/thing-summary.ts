import type { HostedThing } from '../contracts/interaction.ts';
import type { MultiLanguage, PartialTd, ThingDescription } from '../contracts/td.ts';
import { isJsonObject, mapMembers, stringList } from '../td/json-object.ts';
import { keyProperty } from './key-property.ts';
import type { AffordanceSummary, ThingSummary } from './page-data.ts';

/** What lists and search know of a Thing that is exposed, but its fault. */
export function thingSummary(thing: HostedThing): Omit<ThingSummary, 'fault'> {
  const { name, id, affordances } = thing;
  const { title, titles, description: text, descriptions, properties, actions, events } = affordances;
  const location = locationOf(affordances);
  const key = keyProperty(affordances);
  return {
    ...{ name, id, title },
    ...(titles && { titles }),
    ...(text !== undefined && { description: text }),
    ...(descriptions && { descriptions }),
    types: stringList(affordances['@type']),
    models: modelsOf(affordances),
    units: [...new Set(Object.values(properties ?? {}).flatMap(({ unit }) => unit ?? []))],
    ...(location !== undefined && { location }),
    protocols: protocolsOf(thing.description().td),
    properties: summaries(properties),
    actions: summaries(actions),
    events: summaries(events),
    ...(key && { key }),
  };
}

/** Links are as their author wrote them. */
function modelsOf({ links }: PartialTd): readonly string[] {
  if (!Array.isArray(links)) return [];
  return links.flatMap(({ rel, href }) => (rel === 'type' && typeof href === 'string' ? href : []));
}

interface Titled {
  readonly title?: string;
  readonly titles?: MultiLanguage;
}

function summaries(affordances: Readonly<Record<string, Titled>> = {}): readonly AffordanceSummary[] {
  return Object.values(
    mapMembers(affordances, (name, { title, titles }) => ({
      name,
      ...(title !== undefined && { title }),
      ...(titles && { titles }),
    })),
  );
}

/** schema.org, iotschema, Brick, SAREF for buildings, and what people write without a vocabulary. */
const locationTerm = /(^|[:/#])(location|hasLocation|isLocatedIn|locatedIn|isInSpace)$/;
const nameTerm = /(^|[:/#])(name|title|label|@value)$/;

/** Where a Thing stands, in words; places that have only coordinates or an address of their own have none. */
function locationOf(td: PartialTd): string | undefined {
  const [, place] = Object.entries(td).find(([term]) => locationTerm.test(term)) ?? [];
  return wordsOf(Array.isArray(place) ? place[0] : place);
}

function wordsOf(place: unknown): string | undefined {
  if (typeof place === 'string') return place.trim() || undefined;
  if (!isJsonObject(place)) return undefined;
  const [, name] = Object.entries(place).find(([term]) => nameTerm.test(term)) ?? [];
  return typeof name === 'string' ? name.trim() || undefined : undefined;
}

const protocols: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'http',
  ws: 'websocket',
  wss: 'websocket',
  coap: 'coap',
  coaps: 'coap',
  mqtt: 'mqtt',
  mqtts: 'mqtt',
};

function protocolsOf({
  base = '',
  forms = [],
  properties,
  actions,
  events,
}: ThingDescription): readonly string[] {
  const affordances = [properties, actions, events].flatMap((kind) => Object.values(kind ?? {}));
  const all = [...forms, ...affordances.flatMap((affordance) => affordance.forms ?? [])];
  const schemes = all.map(
    ({ href }) => (/^([a-z][a-z\d+.-]*):/i.exec(href) ?? /^([^:]*):/.exec(base))?.[1] ?? '',
  );
  return [...new Set(schemes.map((scheme) => protocols[scheme.toLowerCase()] ?? scheme))].filter(Boolean);
}
