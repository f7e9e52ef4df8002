import type { Direction } from '../../td/infer/data-of.ts';
import {
  isJsonObject,
  type JsonObject,
  objectEntries,
  ownMember,
  stringList,
  textOf,
} from '../../td/json-object.ts';
import { literalType, type Member, maxTypeDepth, objectType, unionType } from './type-text.ts';

const plain: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
  string: 'string',
  null: 'null',
};
const hiding = { read: 'writeOnly', write: 'readOnly' } as const;

/** The TypeScript type of what a DataSchema describes, going one way; `unknown` where it says nothing (TD 1.1 section 5.3.2). */
export function schemaType(schema: unknown, direction: Direction, depth = 0): string {
  if (!isJsonObject(schema) || depth > maxTypeDepth) return 'unknown';
  if (Object.hasOwn(schema, 'const')) return literalType(schema['const']);
  if (Array.isArray(schema['enum'])) return unionType(schema['enum'].map((value) => literalType(value)));
  const own = typedType(schema, direction, depth);
  if (!Array.isArray(schema['oneOf']) || schema['oneOf'].length === 0) return own;
  const branches = unionType(schema['oneOf'].map((branch) => schemaType(branch, direction, depth + 1)));
  return own === 'unknown' ? branches : `${own} & (${branches})`;
}

function typedType(schema: JsonObject, direction: Direction, depth: number): string {
  const { type } = schema;
  if (typeof type !== 'string') return 'unknown';
  if (type === 'array') return arrayType(schema['items'], direction, depth);
  if (type !== 'object') return ownMember(plain, type) ?? 'unknown';
  if (!isJsonObject(schema['properties'])) return '{ readonly [member: string]: unknown }';
  const required = new Set(stringList(schema['required']));
  return objectType(dataMembers(schema['properties'], direction, depth, required));
}

function arrayType(items: unknown, direction: Direction, depth: number): string {
  if (!Array.isArray(items)) return `readonly (${schemaType(items, direction, depth + 1)})[]`;
  return `readonly [${items.map((item) => schemaType(item, direction, depth + 1)).join(', ')}]`;
}

/** The members that go this way, each with what its schema says in words. */
export function dataMembers(
  schemas: unknown,
  direction: Direction,
  depth = 0,
  required?: ReadonlySet<string>,
): readonly Member[] {
  return objectEntries(schemas)
    .filter(([, schema]) => schema[hiding[direction]] !== true)
    .map(([name, schema]) => ({
      name,
      type: schemaType(schema, direction, depth + 1),
      optional: required !== undefined && !required.has(name),
      comment: inWords(schema),
    }));
}

/** Title, description, unit and bounds. */
export function inWords(schema: JsonObject): string {
  const { title, description, unit, minimum, maximum } = schema;
  const texts = [title, description].map(textOf).filter((text) => text !== '');
  const sentences = texts.map((text) => (/[.!?]\s*$/.test(text) ? text : `${text}.`));
  if (typeof unit === 'string') sentences.push(`Unit: ${unit}.`);
  if (typeof minimum === 'number' || typeof maximum === 'number') {
    sentences.push(`Range: ${minimum ?? '…'} to ${maximum ?? '…'}.`);
  }
  return sentences.join(' ');
}
