import { isJsonObject, type JsonObject } from '../../../td/json-object.ts';

/** The TD in a text; undefined where it is no JSON object just now. */
export function documentOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/** A JSON text with a line a member and two blanks an indent. Token by token: numbers stay as they are written, names given twice are not dropped. */
export function formatted(text: string): string {
  if (documentOf(text) === undefined) return text;
  let depth = 0;
  let before = '';
  const written = (text.match(tokens) ?? []).map((token) => {
    if (closes(token)) depth--;
    const gap = startsLine(token, before) ? `\n${'  '.repeat(depth)}` : '';
    if (opens(token)) depth++;
    before = token;
    return token === ':' ? ': ' : gap + token;
  });
  return `${written.join('')}\n`;
}

function startsLine(token: string, before: string): boolean {
  if (token === ',' || before === '' || before === ':') return false;
  return !(closes(token) && opens(before));
}

function opens(token: string): boolean {
  return token === '{' || token === '[';
}

function closes(token: string): boolean {
  return token === '}' || token === ']';
}
