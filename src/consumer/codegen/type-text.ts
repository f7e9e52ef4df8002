import { isJsonObject } from '../../td/json-object.ts';

/** Deepest nesting of generated types; below stands `unknown`. */
export const maxTypeDepth = 16;
const maxComment = 400;

/** A member of a generated type: its comment, name and type. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly comment?: string;
}

/** An object type, a member a line. */
export function objectType(members: readonly Member[]): string {
  if (members.length === 0) return '{}';
  const lines = members.map(
    ({ name, type, optional, comment = '' }) =>
      `${docComment(comment)}readonly ${memberName(name)}${optional === true ? '?' : ''}: ${type};`,
  );
  return `{\n${indented(lines.join('\n'))}\n}`;
}

/** A comment on a line of its own that no text can end; nothing for no text. */
export function docComment(text: string): string {
  const plain = text.replaceAll(unseen, ' ').replace(/\s+/g, ' ').trim();
  const short = plain.length > maxComment ? `${plain.slice(0, maxComment).trim()}…` : plain;
  return short === '' ? '' : `/** ${short.replaceAll('*/', '*\\/')} */\n`;
}

/** A JSON value as the type of itself alone. */
export function literalType(value: unknown, depth = 0): string {
  if (depth > maxTypeDepth) return 'unknown';
  if (Array.isArray(value)) {
    return `readonly [${value.map((item) => literalType(item, depth + 1)).join(', ')}]`;
  }
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([name, member]) => ({
      name,
      type: literalType(member, depth + 1),
    }));
    return objectType(members);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return 'number';
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** A union of types, each once. */
export function unionType(types: readonly string[]): string {
  const each = [...new Set(types)];
  return each.length === 0 ? 'never' : each.join(' | ');
}

/** An identifier in PascalCase; `Thing` before what else would be none. */
export function typeName(text: string): string {
  const words = text.slice(0, 80).match(/[\dA-Za-z]+/g) ?? [];
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Z]/.test(name) ? name : `Thing${name}`;
}

function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** What is not seen where it stands, or turns what follows around. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(unseen, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
