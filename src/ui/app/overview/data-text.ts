import { isJsonObject } from '../../../td/json-object.ts';

/** What is read of one value, and of how many members. */
const longest = 80;
const mostMembers = 4;

/** The data of an event in one line, without its DataSchema: `uid: E2003412, gate: 1`. */
export function dataText(data: unknown, language: string): string {
  if (!isJsonObject(data)) return short(data, language);
  const members = Object.entries(data);
  const text = members.slice(0, mostMembers).map(([name, value]) => `${name}: ${short(value, language)}`);
  return [...text, ...(members.length > mostMembers ? ['…'] : [])].join(', ');
}

function short(value: unknown, language: string): string {
  if (typeof value === 'number') return value.toLocaleString(language, { maximumSignificantDigits: 6 });
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
