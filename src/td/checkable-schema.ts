import { WotError } from '../contracts/errors.ts';
import { isJsonObject, type JsonObject, objectEntries } from './json-object.ts';
import { linearPattern } from './linear-pattern.ts';

/** Which way the data goes, and whether what cannot be checked passes unchecked (TDs of others) or is refused (own TDs). */
interface CheckRules {
  readonly direction: 'read' | 'write';
  readonly lenient: boolean;
}

/** The formats that are validated; others pass (TD 1.1 td-format-validation-other-values). */
export const knownFormats = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'regex',
  'json-pointer',
  'relative-json-pointer',
] as const;

type Walk = { readonly rules: CheckRules; schemas: number };
type Reduce = (value: unknown, walk: Walk, depth: number) => unknown;

const deepest = 64;
const mostSchemas = 1000;
const types: readonly unknown[] = ['boolean', 'integer', 'number', 'string', 'object', 'array', 'null'];

const number: Reduce = (value) => (Number.isFinite(value) ? value : undefined);
const count: Reduce = (value) => (Number.isInteger(value) && Number(value) >= 0 ? value : undefined);
const schemas: Reduce = (value, walk, depth) =>
  Array.isArray(value) && value.length > 0 ? value.map((item) => reduceSchema(item, walk, depth)) : undefined;

/** The keywords of a DataSchema that say what fits (TD 1.1 section 5.3.2), and what is kept of each. */
const keywords: Readonly<Record<string, Reduce>> = {
  type: (value) => (types.includes(value) ? value : undefined),
  const: (value) => value,
  enum: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
  oneOf: schemas,
  format: (value) => knownFormats.find((format) => format === value),
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: (value) => (Number.isFinite(value) && Number(value) > 0 ? value : undefined),
  minLength: count,
  maxLength: count,
  pattern: (value, { rules }) =>
    typeof value === 'string' && (rules.lenient ? isLinear(value) : refuseOthers(value)) ? value : undefined,
  minItems: count,
  maxItems: count,
  items: (value, walk, depth) =>
    isJsonObject(value) ? reduceSchema(value, walk, depth) : schemas(value, walk, depth),
};

/**
 * Reduces a DataSchema, however malformed, to JSON Schema that ajv compiles: what has no meaning in a TD is dropped.
 * Throws `invalid` PATTERN_NOT_SUPPORTED and DATA_SCHEMA_TOO_LARGE unless lenient.
 */
export function checkableSchema(schema: unknown, rules: CheckRules): JsonObject {
  return reduceSchema(schema, { rules, schemas: 0 }, 0);
}

function reduceSchema(schema: unknown, walk: Walk, depth: number): JsonObject {
  if (!isJsonObject(schema)) return {};
  if (depth > deepest || ++walk.schemas > mostSchemas) return tooLarge(walk);
  const kept = Object.entries(keywords).flatMap(([keyword, reduce]) => {
    const value = Object.hasOwn(schema, keyword) ? reduce(schema[keyword], walk, depth + 1) : undefined;
    return value === undefined ? [] : [[nameOf(keyword, walk.rules), value] as const];
  });
  return { ...Object.fromEntries(kept), ...members(schema, walk, depth + 1) };
}

/** An alternative of which parts pass unchecked may fit besides another one. */
function nameOf(keyword: string, { lenient }: CheckRules): string {
  return lenient && keyword === 'oneOf' ? 'anyOf' : keyword;
}

/** Members that do not travel in this direction are neither required nor checked (TD 1.1 table 28). */
function members(schema: JsonObject, walk: Walk, depth: number): JsonObject {
  const absent = walk.rules.direction === 'read' ? 'writeOnly' : 'readOnly';
  const declared = objectEntries(schema['properties']);
  const hidden = new Set(declared.filter(([, member]) => member[absent] === true).map(([name]) => name));
  const properties = declared
    .filter(([name]) => !hidden.has(name))
    .map(([name, member]) => [name, reduceSchema(member, walk, depth)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = Array.isArray(schema['required']) ? schema['required'] : [];
  const required = listed.filter((name) => typeof name === 'string' && !hidden.has(name));
  return {
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required: [...new Set(required)].sort() }),
  };
}

function tooLarge({ rules }: Walk): JsonObject {
  if (rules.lenient) return {};
  const bounds = `${deepest} levels or ${mostSchemas} schemas`;
  throw new WotError(
    'invalid',
    'DATA_SCHEMA_TOO_LARGE',
    `A DataSchema has more than ${bounds}; simplify it.`,
  );
}

function isLinear(pattern: string): boolean {
  try {
    linearPattern(pattern);
    return true;
  } catch {
    return false;
  }
}

function refuseOthers(pattern: string): true {
  if (isLinear(pattern)) return true;
  const message = `The pattern ${JSON.stringify(pattern)} is malformed or needs what RE2 has not (look-around, back-references, repeats above 1000); rewrite it.`;
  throw new WotError('invalid', 'PATTERN_NOT_SUPPORTED', message);
}
