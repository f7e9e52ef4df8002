import type { Content } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import { isMediaType, type PayloadKind, payloadKind } from '../contracts/media-type.ts';
import { cbor } from './cbor.ts';
import type { Codec } from './codec.ts';
import { json } from './json.ts';
import { octetStream } from './octet-stream.ts';
import { senmlCbor } from './senml-cbor.ts';
import { text } from './text.ts';

export type { Codec } from './codec.ts';

const codecs: Readonly<Record<PayloadKind, Codec>> = { json, cbor, text, bytes: octetStream };
const usual = new Map(
  [...Object.values(codecs), senmlCbor].flatMap((codec) => codec.mediaTypes.map((type) => [type, codec])),
);

/** The codec of a media type: bytes stay as they are where it is not known; undefined where it is no media type. */
export function codecFor(mediaType: string): Codec | undefined {
  return usual.get(mediaType) ?? (isMediaType(mediaType) ? codecs[payloadKind(mediaType)] : undefined);
}

/** Reads a payload; fails with `unsupported-media` CONTENT_TYPE_INVALID or CHARSET_UNKNOWN, `invalid` PAYLOAD_MALFORMED. */
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
    const what = `${JSON.stringify(mediaType.slice(0, 100))}, which is no media type,`;
    throw unsupported('CONTENT_TYPE_INVALID', what, json.mediaTypes[0] ?? '');
  }
  if (codec === octetStream) return codec;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(mediaType)?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw unsupported('CHARSET_UNKNOWN', `The charset "${charset}"`, 'utf-8');
  }
  return codec;
}

function unsupported(code: string, what: string, instead: string): WotError {
  return new WotError('unsupported-media', code, `${what} is not supported; use ${instead}.`);
}
