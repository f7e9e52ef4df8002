import { isJsonObject } from '../../../td/json-object.ts';

/** What is read of a sentence, of an identifier, and of how many members. */
const longest = { text: 80, name: 20 };
const mostMembers = 4;

/** The data of an event in one line, without its DataSchema: `uid: E2003412, gate: 1`. */
export function dataText(data: unknown, language: string): string {
  if (!isJsonObject(data)) return short(data, language);
  const members = Object.entries(data);
  const text = members.slice(0, mostMembers).map(([name, value]) => `${name}: ${short(value, language)}`);
  return [...text, ...(members.length > mostMembers ? ['…'] : [])].join(', ');
}

/** Identifiers are told apart by their end. */
function short(value: unknown, language: string): string {
  if (typeof value === 'number') return value.toLocaleString(language, { maximumSignificantDigits: 6 });
  if (typeof value === 'string' && value.length > longest.name && !/\s/.test(value))
    return `…${value.slice(1 - longest.name)}`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > longest.text ? `${text.slice(0, longest.text)}…` : text;
}
