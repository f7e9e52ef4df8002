import type {
  ActionAffordance,
  DataSchema,
  EventAffordance,
  PartialTd,
  PropertyAffordance,
} from '../../contracts/td.ts';
import { type Capabilities, type Command, isWritable } from './capabilities.ts';
import type { ListedDevice } from './device-list.ts';
import type { Feature } from './exposes.ts';
import { propertyTypes, thingTypes } from './semantics.ts';

/** What a TD is made of. */
export interface Described {
  readonly device: ListedDevice;
  readonly capabilities: Capabilities;
  /** The specific exposes. */
  readonly parts: readonly string[];
  /** Schemas in place of those that the device does not keep to, by property. */
  readonly relaxed: ReadonlyMap<string, DataSchema>;
}

const context = [
  'https://www.w3.org/2022/wot/td/v1.1',
  {
    sosa: 'http://www.w3.org/ns/sosa/',
    saref: 'https://w3id.org/saref#',
    unit: 'http://qudt.org/vocab/unit/',
    schema: 'https://schema.org/',
  },
] as const;

/** The TD of a device; its id (RFC 9039 section 4.1) outlives every rename. */
export function deviceTd({ device, capabilities, parts, relaxed }: Described): PartialTd {
  const { address, name, description, vendor, model, software } = device;
  const { properties, actions, events } = capabilities;
  const features = [...properties.values()];
  const used = features.filter(({ category }) => category === undefined);
  const schemaOf = ({ property, value }: Feature) => relaxed.get(property) ?? value.schema;
  return {
    '@context': context,
    '@type': [
      ...(used.some((feature) => !isWritable(feature)) || events.size > 0 ? ['sosa:Sensor'] : []),
      ...(used.some(isWritable) || actions.size > 0 ? ['sosa:Actuator', 'saref:Actuator'] : []),
      ...thingTypes([...parts, ...features.map((feature) => feature.name)]),
    ],
    id: `urn:dev:mac:${address}`,
    title: name,
    ...(description !== '' && { description }),
    ...(vendor !== '' && { 'schema:manufacturer': vendor }),
    ...(model !== '' && { 'schema:model': model }),
    ...(software !== '' && { 'schema:softwareVersion': software }),
    properties: members(properties, (feature) => propertyOf(feature, schemaOf(feature))),
    ...(actions.size > 0 && { actions: members(actions, actionOf) }),
    ...(events.size > 0 && { events: members(events, (feature) => eventOf(feature, schemaOf(feature))) }),
  };
}

function members<V, A>(named: ReadonlyMap<string, V>, make: (value: V) => A): Readonly<Record<string, A>> {
  return Object.fromEntries([...named].map(([name, value]) => [name, make(value)]));
}

function propertyOf(feature: Feature, schema: DataSchema): PropertyAffordance {
  const isSettable = isWritable(feature);
  return {
    '@type': propertyTypes(feature.name, isSettable),
    ...feature.words,
    ...schema,
    ...(!isSettable && { readOnly: true }),
    observable: true,
  };
}

function actionOf({ feature, sent, words }: Command): ActionAffordance {
  const input = sent === undefined && { input: feature.value.schema };
  return { ...words, ...input, synchronous: true };
}

function eventOf(feature: Feature, schema: DataSchema): EventAffordance {
  return { ...feature.words, data: schema };
}
