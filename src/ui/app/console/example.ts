import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject, objectEntries } from '../../../td/json-object.ts';

/** Levels and items beyond which an example is long enough. */
const deepest = 6;
const most = 3;

/** A value that a DataSchema lets pass, as near as its default, const, enum and bounds tell; whatever stands in a schema of others. */
export function exampleOf(schema: DataSchema | undefined, depth = 0): unknown {
  if (!isJsonObject(schema)) return null;
  for (const term of ['const', 'default'] as const) if (Object.hasOwn(schema, term)) return schema[term];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  const alternatives = schema.oneOf ?? schema['anyOf'];
  if (schema.type === undefined && Array.isArray(alternatives) && alternatives.length > 0) {
    return exampleOf(alternatives[0], depth);
  }
  return makers[typeOf(schema)]?.(schema, depth) ?? null;
}

/** The same as the text that an input begins with. */
export function exampleText(schema: DataSchema): string {
  return JSON.stringify(exampleOf(schema), null, 2);
}

type Maker = (schema: DataSchema, depth: number) => unknown;

const makers: Readonly<Record<string, Maker>> = {
  boolean: () => false,
  integer: (schema) => numberIn(schema, 1),
  number: (schema) => numberIn(schema, 0),
  string: textOf,
  array: itemsOf,
  object: membersOf,
};

function typeOf({ type, properties, items }: DataSchema): string {
  if (typeof type === 'string') return Object.hasOwn(makers, type) ? type : '';
  if (properties !== undefined) return 'object';
  return items === undefined ? '' : 'array';
}

/** The least number within the bounds, 0 where they let it; `step` 1 for whole ones. */
function numberIn(schema: DataSchema, step: 0 | 1): number {
  const { minimum = -Infinity, exclusiveMinimum: above = -Infinity } = numbers(schema);
  const { maximum = Infinity, exclusiveMaximum: below = Infinity, multipleOf = step } = numbers(schema);
  const fits = (value: number) => value >= minimum && value > above && value <= maximum && value < below;
  if (fits(0)) return 0;
  const end = minimum > -Infinity || above > -Infinity ? Math.max(minimum, above) : Math.min(maximum, below);
  if (multipleOf <= 0) return fits(end) ? end : between(Math.max(minimum, above), Math.min(maximum, below));
  const down = Math.floor(end / multipleOf);
  const found = [0, 1, -1].map((more) => exact((down + more) * multipleOf)).find(fits);
  return found ?? end;
}

/** A number beside an end that is no part of the range. */
function between(low: number, high: number): number {
  if (low === -Infinity) return high - 1;
  return high === Infinity ? low + 1 : (low + high) / 2;
}

/** Not 0.30000000000000004. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

function numbers(schema: DataSchema): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => Number.isFinite(value))) as Readonly<
    Record<string, number>
  >;
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T12:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  duration: 'PT1M',
  email: 'someone@example.org',
  hostname: 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.org/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function textOf({ format, minLength }: DataSchema): string {
  const text = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
  const length = Number.isFinite(minLength) ? Math.min(Number(minLength), 1000) : 0;
  return text ?? 'x'.repeat(Math.max(0, Math.ceil(length)));
}

function itemsOf({ items, minItems }: DataSchema, depth: number): unknown {
  if (depth >= deepest) return [];
  if (Array.isArray(items)) return items.slice(0, most * 10).map((item) => exampleOf(item, depth + 1));
  const count = Number.isFinite(minItems) ? Math.min(Math.ceil(Number(minItems)), most * 10) : 1;
  return Array.from({ length: Math.max(0, count) }, () => exampleOf(items as DataSchema, depth + 1));
}

/** What is required, else the first members; readOnly ones are not for who writes. */
function membersOf({ properties, required }: DataSchema, depth: number): unknown {
  if (depth >= deepest) return {};
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const members = objectEntries(properties).filter(([, member]) => member['readOnly'] !== true);
  const shown = members.filter(([name], index) => needed.includes(name) || index < most * 4);
  return Object.fromEntries(
    shown.map(([name, member]) => [name, exampleOf(member as DataSchema, depth + 1)]),
  );
}
