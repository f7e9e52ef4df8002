import type {
  ActionAffordance,
  AffordanceKind,
  DataSchema,
  EventAffordance,
  Op,
  PropertyAffordance,
  ThingDescription,
} from '../../../contracts/td.ts';
import { payloadTypes } from '../../../interaction/payload-types.ts';
import { carriesBytes, payloadSchemas } from '../../../td/declared-content.ts';
import type { JsonObject } from '../../../td/json-object.ts';
import { jsonSchema } from './openapi-schema.ts';

/** A value on its way, in the media types that stand for JSON here. */
export interface Payload {
  readonly schema: JsonObject;
  readonly types: readonly string[];
}

/** One operation of a TD: what goes in and comes out. */
export interface Offer {
  readonly op: Op;
  readonly kind?: AffordanceKind;
  readonly name?: string;
  /** Becomes the operationId, made unique. */
  readonly id: string;
  readonly tag: AffordanceKind;
  readonly summary: string;
  readonly description?: string;
  readonly input?: Payload;
  readonly output?: Payload;
  /** The ActionStatus of an asynchronous action. */
  readonly status?: Payload;
}

/** Gives a schema a name of its own, and returns the reference to it. */
export type NameSchema = (name: string, schema: JsonObject) => JsonObject;

type Named = (name: string, schema: DataSchema) => Payload;

const plain = (schema: JsonObject): Payload => ({ schema, types: payloadTypes({}) });
const statusRef = { $ref: '#/components/schemas/ActionStatus' };

/** What a TD offers, in the order of a TD; the operations that share an address come the most telling first. */
export function offersOf(td: ThingDescription, nameSchema: NameSchema): readonly Offer[] {
  const named = (name: string, schema: DataSchema): Payload => ({
    schema: nameSchema(name, jsonSchema(schema)),
    types: payloadTypes({ schema }),
  });
  const properties = Object.entries(td.properties ?? {}).map(([name, property]) => ({
    name,
    property,
    payload: named(pascalCase(name), property),
  }));
  const each = <A>(
    map: Readonly<Record<string, A>> = {},
    offers: (name: string, value: A) => readonly Offer[],
  ) => Object.entries(map).flatMap(([name, value]) => offers(name, value));
  return [
    ...allPropertiesOffers(properties, nameSchema),
    ...properties.flatMap(propertyOffers),
    ...allActionsOffers,
    ...each(td.actions, (name, action) => actionOffers(name, action, named)),
    ...allEventsOffers,
    ...each(td.events, (name, event) => eventOffers(name, event, named)),
  ];
}

/** `fade-in` as `FadeIn`: letters and digits of ASCII alone, as the names of OpenAPI are. */
function pascalCase(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .match(/[a-z\d]+/gi);
  return (words ?? ['Affordance']).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

interface Property {
  readonly name: string;
  readonly property: PropertyAffordance;
  readonly payload: Payload;
}

function allPropertiesOffers(properties: readonly Property[], nameSchema: NameSchema): readonly Offer[] {
  if (properties.length === 0) return [];
  const all = (name: string, absent: 'readOnly' | 'writeOnly'): Payload => {
    const members = properties
      .filter(({ property }) => property[absent] !== true && !carriesBytes(property))
      .map((own) => [own.name, own.payload.schema]);
    return plain(nameSchema(name, { type: 'object', properties: Object.fromEntries(members) }));
  };
  const output = all('ReadableProperties', 'writeOnly');
  const input = all('WritableProperties', 'readOnly');
  const offer = (op: Op, id: string, summary: string) => ({ op, id, summary, tag: 'properties' }) as const;
  return [
    { ...offer('readallproperties', 'readAllProperties', 'All properties, or those named'), output },
    { ...offer('readmultipleproperties', 'readMultipleProperties', 'Several properties'), output },
    { ...offer('observeallproperties', 'observeAllProperties', 'The changes of all properties'), output },
    { ...offer('writemultipleproperties', 'writeMultipleProperties', 'Several properties'), input },
    { ...offer('writeallproperties', 'writeAllProperties', 'All properties'), input },
  ];
}

const allActionsOffers: readonly Offer[] = [
  {
    op: 'queryallactions',
    id: 'queryAllActions',
    tag: 'actions',
    summary: 'The invocations of all actions, per action, newest first',
    output: plain({ type: 'object', additionalProperties: { type: 'array', items: statusRef } }),
  },
];

const allEventsOffers: readonly Offer[] = [
  {
    op: 'subscribeallevents',
    id: 'subscribeAllEvents',
    tag: 'events',
    summary: 'Subscribe to all events',
    output: plain({}),
  },
];

function propertyOffers({ name, property, payload }: Property): readonly Offer[] {
  const common = { ...texts(name, property), kind: 'properties', tag: 'properties', name } as const;
  const id = pascalCase(name);
  return [
    { ...common, op: 'readproperty', id: `read${id}`, output: payload },
    { ...common, op: 'observeproperty', id: `observe${id}`, output: payload },
    { ...common, op: 'writeproperty', id: `write${id}`, input: payload },
  ];
}

function actionOffers(name: string, action: ActionAffordance, named: Named): readonly Offer[] {
  const id = pascalCase(name);
  const { input, output } = payloadSchemas(action);
  const result = output && named(`${id}Output`, output);
  const status = result
    ? { allOf: [statusRef, { type: 'object', properties: { output: result.schema } }] }
    : statusRef;
  return [
    {
      ...texts(name, action),
      kind: 'actions',
      tag: 'actions',
      name,
      op: 'invokeaction',
      id: `invoke${id}`,
      ...(input && { input: named(`${id}Input`, input) }),
      ...(result && { output: result }),
      ...(action.synchronous === false && { status: plain(status) }),
    },
  ];
}

function eventOffers(name: string, event: EventAffordance, named: Named): readonly Offer[] {
  const id = pascalCase(name);
  const output = event.data ? named(`${id}Data`, event.data) : plain({});
  const common = { ...texts(name, event), kind: 'events', tag: 'events', name } as const;
  return [{ ...common, op: 'subscribeevent', id: `subscribe${id}`, output }];
}

function texts(name: string, { title = name, description }: Pick<DataSchema, 'title' | 'description'>) {
  return { summary: title, ...(description === undefined ? {} : { description }) };
}
