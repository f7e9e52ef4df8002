/** What a payload holds: plain data in one of two formats, text, or bytes that have a meaning of their own. */
export type PayloadKind = 'json' | 'cbor' | 'text' | 'bytes';

// RFC 9110 sections 5.6.2 and 8.3.1; `*` stands for any type in Accept alone.
const token = "[\\w!#$%&'+.^`|~-]+";
const mediaType = new RegExp(
  `^\\s*${token}/${token}\\s*(?:;\\s*(?:${token}=(?:${token}|"(?:[^"\\\\]|\\\\.)*")\\s*)?)*$`,
  's',
);

/** Whether a text is one concrete media type, with parameters or without. */
export function isMediaType(text: string): boolean {
  return text.length <= 1000 && mediaType.test(text);
}

/** A media type in lower case, without its parameters. */
export function essence(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** What payloads of a media type hold; `+json` and `+cbor` count (RFC 6839, RFC 8949 section 9.5). */
export function payloadKind(type: string): PayloadKind {
  const name = essence(type);
  if (name === 'application/json' || name.endsWith('+json')) return 'json';
  if (name === 'application/cbor' || name.endsWith('+cbor')) return 'cbor';
  return name.startsWith('text/') ? 'text' : 'bytes';
}
