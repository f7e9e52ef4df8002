import type { Content } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import { cbor } from './cbor.ts';
import type { Codec } from './codec.ts';
import { json } from './json.ts';
import { octetStream } from './octet-stream.ts';
import { text } from './text.ts';

export type { Codec } from './codec.ts';

const codecs = new Map(
  [json, cbor, text, octetStream].flatMap((codec) => codec.mediaTypes.map((type) => [type, codec])),
);

/** The codec of a media type, if there is one; parameters are ignored, `+json` and `+cbor` count (RFC 6839). */
export function codecFor(mediaType: string): Codec | undefined {
  const known = codecs.get(mediaType);
  if (known !== undefined) return known;
  const essence = (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (essence.endsWith('+json')) return json;
  return essence.endsWith('+cbor') ? cbor : codecs.get(essence);
}

/** Reads a payload; fails with `unsupported-media` CONTENT_TYPE_UNKNOWN or CHARSET_UNKNOWN, `invalid` PAYLOAD_MALFORMED. */
export function decodeContent(content: Content, nesting = 64): unknown {
  return supportedCodec(content.type).decode(content.body, nesting);
}

/** Writes a payload; fails with `unsupported-media` as decodeContent does, `internal` OUTPUT_NOT_SERIALISABLE. */
export function encodeContent(mediaType: string, value: unknown): Content {
  return { type: mediaType, body: supportedCodec(mediaType).encode(value) };
}

function supportedCodec(mediaType: string): Codec {
  const codec = codecFor(mediaType);
  if (codec === undefined) {
    throw unsupported('CONTENT_TYPE_UNKNOWN', `"${mediaType}"`, [...codecs.keys()].join(', '));
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(mediaType)?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw unsupported('CHARSET_UNKNOWN', `The charset "${charset}"`, 'utf-8');
  }
  return codec;
}

function unsupported(code: string, what: string, instead: string): WotError {
  return new WotError('unsupported-media', code, `${what} is not supported; use ${instead}.`);
}
