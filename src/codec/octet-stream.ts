import { type Codec, notSerialisable } from './codec.ts';

/** Bytes as they are: a Uint8Array on both sides. */
export const octetStream: Codec = {
  mediaTypes: ['application/octet-stream'],
  encode(value) {
    if (!(value instanceof Uint8Array)) throw notSerialisable('bytes', 'only a Uint8Array can');
    return value;
  },
  decode: (bytes) => bytes,
};
