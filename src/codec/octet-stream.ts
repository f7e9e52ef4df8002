import { type Codec, notSerialisable } from './codec.ts';

/** Bytes as they are, of whatever type: a Uint8Array on both sides; a string is written in UTF-8. */
export const octetStream: Codec = {
  mediaTypes: ['application/octet-stream'],
  encode(value) {
    if (value instanceof Uint8Array) return value;
    if (typeof value === 'string') return Buffer.from(value);
    throw notSerialisable('bytes', 'only a Uint8Array or a string can');
  },
  decode: (bytes) => bytes,
};
