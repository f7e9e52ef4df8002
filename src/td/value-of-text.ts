import type { DataSchema } from '../contracts/td.ts';
import type { DataCheck } from './data-check.ts';
import { ownMember } from './json-object.ts';

/** The value that a text means by its DataSchema: the text itself for a string and, without a type, where it `fits`; else what it says as JSON. */
export function valueOfText(text: string, { type }: DataSchema, fits?: DataCheck): unknown {
  if (type === 'string' || (type === undefined && fits?.(text).length === 0)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The array or object that a uriVariable means: JSON where that `fits`, else items, or names and values in turn (RFC 6570 section 3.2.8). */
export function valueOfItems(items: readonly string[], schema: DataSchema, fits: DataCheck): unknown {
  const json = valueOfText(items.join(','), schema);
  if (fits(json).length === 0) return json;
  if (schema.type === 'array')
    return items.map((item, index) => valueOfText(item, itemSchema(schema, index)));
  const names = items.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(
    names.map((name, index) => {
      const value = items[2 * index + 1] ?? '';
      return [name, valueOfText(value, ownMember(schema.properties, name) ?? {})];
    }),
  );
}

function itemSchema({ items = {} }: DataSchema, index: number): DataSchema {
  return (Array.isArray(items) ? items[index] : items) ?? {};
}

/** Whether values of a DataSchema can be written as text that means them. */
export function isTextual({ type }: DataSchema): boolean {
  return type === 'string' || type === 'number' || type === 'integer' || type === 'boolean';
}
