import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject, type JsonObject, mapMembers, stringList } from '../../../td/json-object.ts';

/** What of a DataSchema is wanted: `texts` for forms, how deep, and what stands where it is deeper. */
interface SoundOptions {
  readonly texts: boolean;
  readonly deepest: number;
}

type Keep = (value: unknown, walk: Walk) => unknown;
interface Walk extends SoundOptions {
  readonly depth: number;
  readonly budget: { left: number };
}

const types: readonly unknown[] = ['boolean', 'integer', 'number', 'string', 'object', 'array', 'null'];
const formats: readonly unknown[] = ['date', 'date-time', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'];

const number: Keep = (value) => (Number.isFinite(value) ? value : undefined);
const count: Keep = (value) => (Number.isInteger(value) && Number(value) >= 0 ? value : undefined);
const text: Keep = (value) => (typeof value === 'string' ? value : undefined);
const object: Keep = (value) => (isJsonObject(value) ? value : undefined);
const any: Keep = (value) => value;
const schemas: Keep = (value, walk) =>
  Array.isArray(value) && value.length > 0 ? value.map((item) => sound(item, walk)) : undefined;

/** What is checked here. `pattern` is not: a pattern of a stranger's TD can stall the tab, and the servient checks it. */
const limits: Readonly<Record<string, Keep>> = {
  type: (value) => (types.includes(value) ? value : undefined),
  const: any,
  enum: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
  oneOf: schemas,
  format: (value) => (formats.includes(value) ? value : undefined),
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: (value) => (Number.isFinite(value) && Number(value) > 0 ? value : undefined),
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  items: (value, walk) => (Array.isArray(value) ? schemas(value, walk) : soundObject(value, walk)),
  properties: (value, walk) =>
    isJsonObject(value) ? mapMembers(writable(value), (_, member) => sound(member, walk)) : undefined,
};

const texts: Readonly<Record<string, Keep>> = {
  '@type': any,
  title: text,
  titles: object,
  description: text,
  descriptions: object,
  unit: text,
  default: any,
  // Others than those above are not checked, but say what to draw.
  format: (value) => (typeof value === 'string' ? value : undefined),
  writeOnly: any,
  contentMediaType: text,
  contentEncoding: text,
};

/** The well-formed part of a DataSchema as JSON Schema, for data on its way to a Thing: what is malformed, read-only, too deep or too much is left out. */
export function soundSchema(schema: unknown, options: SoundOptions): DataSchema {
  return sound(schema, { ...options, depth: 0, budget: { left: 2000 } });
}

function sound(schema: unknown, walk: Walk): DataSchema {
  if (!isJsonObject(schema) || walk.depth > walk.deepest || walk.budget.left-- <= 0) return {};
  const kept = { ...limits, ...(walk.texts && texts) };
  const deeper = { ...walk, depth: walk.depth + 1 };
  const members = Object.entries(kept).flatMap(([keyword, keep]) => {
    const value = Object.hasOwn(schema, keyword) ? keep(schema[keyword], deeper) : undefined;
    return value === undefined ? [] : [[keyword, value] as const];
  });
  const required = requiredOf(schema);
  return { ...Object.fromEntries(members), ...(required.length > 0 && { required }) };
}

function soundObject(value: unknown, walk: Walk): DataSchema | undefined {
  return isJsonObject(value) ? sound(value, walk) : undefined;
}

function writable(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([, member]) => isJsonObject(member) && member['readOnly'] !== true),
  );
}

function requiredOf({ required, properties }: JsonObject): readonly string[] {
  if (!Array.isArray(required)) return [];
  const declared = isJsonObject(properties) ? properties : {};
  const sent = writable(declared);
  const names = stringList(required).filter(
    (name) => Object.hasOwn(sent, name) || !Object.hasOwn(declared, name),
  );
  return [...new Set(names)];
}
