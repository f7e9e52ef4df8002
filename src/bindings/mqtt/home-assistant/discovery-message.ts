import type { Right } from '../../../contracts/access.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { AffordanceKind, JsonValue, PartialTd } from '../../../contracts/td.ts';
import { objectEntries } from '../../../td/json-object.ts';
import { namedIn, thingLocation } from '../../../td/thing-location.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import {
  actionEntities,
  eventEntities,
  type Offer,
  type Outlet,
  propertyEntities,
} from './affordance-entities.ts';
import type { Entity } from './entities.ts';

/** Who publishes, for all its messages alike. */
export interface Publishing {
  readonly topics: TopicSpace;
  /** Of the servient on the broker. */
  readonly clientId: string;
  readonly version: string;
  /** The HTTP address, where pages of the Things are. */
  readonly base?: string | undefined;
}

/** The payload for `{prefix}/device/{object_id}/config` (device discovery, Home Assistant 2024.11 and later). */
export interface DiscoveryMessage {
  readonly dev: Readonly<Record<string, JsonValue>>;
  readonly o: Readonly<Record<string, JsonValue>>;
  readonly cmps: Readonly<Record<string, Entity>>;
  readonly [option: string]: JsonValue | Readonly<Record<string, Entity>>;
}

/** Affordances that are not offered, by their path, and why. */
export type LeftOut = Readonly<Record<string, string>>;

type May = (right: Right, affordance: string) => boolean;

/** A Thing as a device of Home Assistant; `may` tells what Home Assistant can use of it. */
export function thingDiscovery(
  thing: HostedThing,
  publishing: Publishing,
  may: May,
): { readonly message: DiscoveryMessage; readonly left: LeftOut } {
  const { topics, clientId } = publishing;
  const components = componentsOf(thing, topics, may);
  const message = {
    dev: deviceOf(thing, publishing),
    o: originOf(publishing),
    cmps: components.offered,
    availability: [{ topic: topics.servientStatus(clientId) }, { topic: topics.thingStatus(thing.name) }],
    availability_mode: 'all',
    qos: 1,
  };
  return { message, left: components.left };
}

/** The servient itself, by which its Things are reached; it shows whether it is connected. */
export function servientDiscovery(publishing: Publishing): DiscoveryMessage {
  const { clientId, topics, version, base } = publishing;
  const status: Entity = {
    ...{ p: 'binary_sensor', unique_id: `${clientId}/status`, name: 'Connection' },
    ...{ device_class: 'connectivity', entity_category: 'diagnostic' },
    state_topic: topics.servientStatus(clientId),
    ...{ payload_on: 'online', payload_off: 'offline' },
  };
  return {
    dev: {
      ...{ identifiers: [clientId], name: `Thingwright ${clientId}`, sw_version: version },
      ...(base === undefined ? {} : { configuration_url: base }),
    },
    o: originOf(publishing),
    cmps: { status },
    qos: 1,
  };
}

/** Text as an `object_id` or in the key of a component, both `[a-zA-Z0-9_-]`; different texts stay different. */
export function discoveryId(text: string): string {
  return text.replace(/[^a-zA-Z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}

function originOf({ version, base }: Publishing): DiscoveryMessage['o'] {
  return { name: 'thingwright', sw: version, ...(base === undefined ? {} : { url: base }) };
}

function deviceOf({ id, name, affordances: td }: HostedThing, { clientId, base }: Publishing) {
  const optional: Readonly<Record<string, string | undefined>> = {
    manufacturer: schemaOrg(td, 'manufacturer'),
    model: schemaOrg(td, 'model') ?? modelOf(td),
    serial_number: schemaOrg(td, 'serialNumber'),
    sw_version: namedIn(td.version?.instance),
    suggested_area: thingLocation(td),
    // A Thing's URL is its page.
    configuration_url: base && `${base}/things/${encodeURIComponent(name)}`,
  };
  const given = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { identifiers: [id], name: td.title, ...Object.fromEntries(given), via_device: clientId };
}

/** What a term of schema.org says, with or without its prefix. */
function schemaOrg(td: PartialTd, term: string): string | undefined {
  const names = [`schema:${term}`, `https://schema.org/${term}`, `http://schema.org/${term}`, term];
  return namedIn(names.map((name) => td[name]).find((value) => value !== undefined));
}

/** The last part of the address of its Thing Model (TD 1.1 section 9.4). */
function modelOf({ links }: PartialTd): string | undefined {
  const href = links?.find(({ rel }) => rel === 'type')?.href;
  return namedIn(href?.split(/[:/#]/).findLast((part) => part !== ''));
}

function componentsOf({ id, name: thing, affordances }: HostedThing, topics: TopicSpace, may: May) {
  const offered: Record<string, Entity> = {};
  const left: Record<string, string> = {};
  const add = <A extends { readonly title?: string }>(
    kind: AffordanceKind,
    entitiesOf: (affordance: A, outlet: Outlet) => Offer,
  ): void => {
    for (const [name, affordance] of objectEntries(affordances[kind]) as [string, A][]) {
      const topic = topics.affordance(thing, kind, name);
      const offer = entitiesOf(affordance, { name, topic, may: (right) => may(right, name) });
      if (typeof offer === 'string') {
        left[`${kind}/${name}`] = offer;
        continue;
      }
      for (const [member, entity, title = ''] of offer) {
        const path = [kind, name, ...(member === '' ? [] : [member])].map(encodeURIComponent).join('/');
        const label = `${affordance.title || name} ${title}`.trim();
        // The key names the platform, which cannot change under one key.
        offered[`${entity.p}-${discoveryId(path)}`] = { ...entity, unique_id: `${id}/${path}`, name: label };
      }
    }
  };
  add('properties', propertyEntities);
  add('actions', actionEntities);
  add('events', eventEntities);
  return { offered, left };
}
