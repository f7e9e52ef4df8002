import type { WireLine } from '../../page-data.ts';

/** A body for reading: JSON with its lines, text as it is, bytes as hexadecimal with their characters beside. */
export function bodyText({ text, base64 }: Pick<WireLine, 'text' | 'base64'>): string | undefined {
  if (base64 !== undefined) return hexDump(bytesOf(base64));
  return text === undefined || text === '' ? undefined : prettyJson(text);
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Base64 as bytes; none where it is no base64. */
export function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

const columns = 8;
const most = 4096;

function hexDump(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, most);
  const lines = Array.from({ length: Math.ceil(shown.length / columns) }, (_, row) => {
    const part = [...shown.subarray(row * columns, (row + 1) * columns)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    return `${(row * columns).toString(16).padStart(4, '0')}  ${hex.padEnd(columns * 3 - 1)}  ${characters.join('')}`;
  });
  return [...lines, ...(bytes.length > most ? ['...'] : [])].join('\n');
}
