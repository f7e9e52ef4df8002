import type { HostedThing } from '../contracts/interaction.ts';
import type { PartialTd, ThingDescription } from '../contracts/td.ts';
import { absoluteHref } from '../td/forms.ts';
import { stringList } from '../td/json-object.ts';
import { protocolOf } from '../td/protocol.ts';
import { thingLocation } from '../td/thing-location.ts';
import { affordanceSummary } from './affordance-summary.ts';
import { keyProperty } from './key-property.ts';
import type { AffordanceSummary, ThingSummary } from './page-data.ts';

/** What lists and search know of a Thing that is exposed, but its fault. */
export function thingSummary(thing: HostedThing): Omit<ThingSummary, 'fault'> {
  const { name, id, affordances } = thing;
  const { title, titles, description: text, descriptions, properties, actions, events } = affordances;
  const location = thingLocation(affordances);
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

function summaries(
  affordances: PartialTd['properties' | 'actions' | 'events'] = {},
): readonly AffordanceSummary[] {
  return Object.entries(affordances).map(([name, affordance]) => affordanceSummary(name, affordance));
}

function protocolsOf({ base, forms = [], properties, actions, events }: ThingDescription): readonly string[] {
  const affordances = [properties, actions, events].flatMap((kind) => Object.values(kind ?? {}));
  const all = [...forms, ...affordances.flatMap((affordance) => affordance.forms ?? [])];
  // A relative address has the scheme of the base.
  const absolute = all.map(({ href }) => ({ href: absoluteHref(href, base) }));
  return [...new Set(absolute.map(protocolOf))].filter(Boolean);
}
