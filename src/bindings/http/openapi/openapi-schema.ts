import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject, type JsonObject, mapMembers } from '../../../td/json-object.ts';

/** What both vocabularies have, with the same meaning (TD 1.1 section 5.3.2). */
const same = [
  'title',
  'description',
  'type',
  'const',
  'default',
  'enum',
  'readOnly',
  'writeOnly',
  'format',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'contentEncoding',
  'contentMediaType',
  'minItems',
  'maxItems',
  'required',
] as const;

/** A DataSchema, or a property's, as JSON Schema 2020-12; the unit is told as `x-unit`. */
export function jsonSchema(schema: DataSchema): JsonObject {
  const { unit, oneOf, items, properties } = schema;
  return {
    ...Object.fromEntries(same.flatMap((name) => (name in schema ? [[name, schema[name]]] : []))),
    ...(unit !== undefined && { 'x-unit': unit }),
    ...(oneOf && { oneOf: oneOf.map(jsonSchema) }),
    ...(properties && { properties: mapMembers(properties, (_, member) => jsonSchema(member)) }),
    ...(items && itemsOf(items)),
  };
}

/** A list of schemas is a tuple. */
function itemsOf(items: NonNullable<DataSchema['items']>): JsonObject {
  return isJsonObject(items)
    ? { items: jsonSchema(items) }
    : { prefixItems: (items as readonly DataSchema[]).map(jsonSchema) };
}

const problem: JsonObject = {
  type: 'object',
  description: 'What went wrong (RFC 9457); `code` is a stable name, `errors` has a JSON Pointer per fault.',
  properties: {
    title: { type: 'string' },
    detail: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    kind: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    correlationId: { type: 'string' },
  },
};

const actionStatus: JsonObject = {
  type: 'object',
  description: 'An asynchronous action (WoT Profile, ActionStatus); its address is `href`.',
  properties: {
    status: { enum: ['pending', 'running', 'completed', 'failed'] },
    href: { type: 'string', format: 'uri-reference' },
    output: {},
    error: { $ref: '#/components/schemas/Problem' },
    timeRequested: { type: 'string', format: 'date-time' },
    timeEnded: { type: 'string', format: 'date-time' },
  },
  required: ['status', 'href'],
};

/** The schemas that every document has. */
export const ownSchemas = { Problem: problem, ActionStatus: actionStatus };
