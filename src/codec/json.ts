import { type Codec, malformed, tooDeep } from './codec.ts';
import { encodePlain, plainDataFault } from './plain-data.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON (RFC 8259), strict UTF-8; a byte order mark is ignored. */
export const json: Codec = {
  mediaTypes: [
    'application/json',
    'application/td+json',
    'application/senml+json',
    'application/problem+json',
  ],
  encode: (value) => encodePlain('JSON', value, (plain) => Buffer.from(JSON.stringify(plain))),
  decode(bytes, nesting) {
    if (exceeds(bytes, nesting)) throw tooDeep('JSON', nesting);
    try {
      return finite(utf8.decode(bytes));
    } catch (cause) {
      throw malformed('JSON', reasonOf(bytes, cause), cause);
    }
  },
};

/** What a number beyond the range of doubles has: a positive exponent, or hundreds of digits. */
const huge = /\d[eE]\+?\d|(?<!\d)\d{300}/;

function finite(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // 1e999 is JSON, and Infinity for JSON.parse.
  const fault = huge.test(text) ? plainDataFault(value) : undefined;
  if (fault !== undefined) throw new RangeError(`${fault}, a number beyond the range of doubles`);
  return value;
}

function reasonOf(bytes: Uint8Array, cause: unknown): string {
  if (bytes.length === 0) return 'it is empty';
  return cause instanceof TypeError ? 'it is not UTF-8' : (cause as Error).message;
}

const [quote, backslash, bracket, bracketEnd, brace, braceEnd] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

function exceeds(bytes: Uint8Array, nesting: number): boolean {
  if (bytes.length <= nesting) return false;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === bracket || byte === brace) {
      if (++depth > nesting) return true;
    } else if (byte === bracketEnd || byte === braceEnd) depth--;
  }
  return false;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
