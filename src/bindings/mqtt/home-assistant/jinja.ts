import type { JsonValue } from '../../../contracts/td.ts';

/**
 * JSON that Jinja2 copies as it stands, and whose strings are string literals of Jinja2 too: what a TD says can neither
 * begin nor end an expression, for Home Assistant renders templates with access to all its states.
 */
export function inertJson(value: JsonValue): string {
  return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(/[{}%#]/g, escaped));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A template that renders an expression. */
export function rendered(expression: string): string {
  return `{{ ${expression} }}`;
}
