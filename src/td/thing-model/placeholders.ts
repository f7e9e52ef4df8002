import { isJsonObject, type JsonObject, mapMembers } from '../json-object.ts';

/** What placeholders stand for, by name; any JSON value. */
export type Placeholders = Readonly<Record<string, unknown>>;

// TD 1.1 tm-placeholder, without braces in names, so that one value may hold several
const placeholder = /\{\{([ -z|~]+)\}\}/g;

/**
 * Puts values in place of `{{NAME}}` in every string. A string that is one placeholder takes the value's own type (TD 1.1
 * tm-placeholder-retyping); within longer strings objects stand as JSON. Unknown names stay.
 */
export function fillPlaceholders<T>(value: T, placeholders: Placeholders): T;
export function fillPlaceholders(value: unknown, placeholders: Placeholders): unknown {
  if (typeof value === 'string') return fillText(value, placeholders);
  if (Array.isArray(value)) return value.map((item: unknown) => fillPlaceholders(item, placeholders));
  if (!isJsonObject(value)) return value;
  return mapMembers(value, (_, member) => fillPlaceholders(member, placeholders));
}

/** The names of the placeholders that a document still has. */
export function placeholderNames(document: JsonObject): readonly string[] {
  const names = new Set<string>();
  JSON.stringify(document, (_, value: unknown) => {
    if (typeof value === 'string') for (const [, name = ''] of value.matchAll(placeholder)) names.add(name);
    return value;
  });
  return [...names];
}

function fillText(text: string, placeholders: Placeholders): unknown {
  const [match] = [...text.matchAll(placeholder)];
  if (match?.[0] === text) return substitute(match[1], placeholders, text);
  return text.replace(placeholder, (whole, name: string) => {
    const value = substitute(name, placeholders, whole);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function substitute(name = '', placeholders: Placeholders, otherwise: string): unknown {
  return Object.hasOwn(placeholders, name) ? placeholders[name] : otherwise;
}
