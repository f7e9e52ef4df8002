/** One member of a header such as Accept: its value in lower case, its parameters but `q`, its weight from 0 to 1. */
export interface Weighted {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const members = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/gs;
const parts = /(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/gs;

/** Reads a list of weighted values (RFC 9110 section 12.4.2), whatever its form; a weight that is no number is 0. */
export function weightedList(header: string): readonly Weighted[] {
  const list = header.match(members) ?? [];
  return list.map(weighted).filter(({ value }) => value !== '');
}

function weighted(member: string): Weighted {
  const [value = '', ...rest] = parameterised(member);
  const parameters = new Map(rest.map(parameter));
  const quality = parameters.get('q');
  parameters.delete('q');
  return { value, parameters, quality: quality === undefined ? 1 : weight(quality) };
}

/** The value and the parameters of a member, in lower case and trimmed. */
function parameterised(member: string): readonly string[] {
  return (member.match(parts) ?? []).map((part) => part.trim().toLowerCase());
}

function parameter(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [text, ''];
  return [text.slice(0, equals).trim(), unquoted(text.slice(equals + 1).trim())];
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1).replace(/"$/, '').replaceAll(/\\(.)/gs, '$1') : text;
}

function weight(text: string): number {
  const number = Number.parseFloat(text);
  return Number.isFinite(number) ? Math.min(Math.max(number, 0), 1) : 0;
}
