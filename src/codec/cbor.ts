import { decodeCbor } from './cbor-decoder.ts';
import { encodeCbor } from './cbor-encoder.ts';
import type { Codec } from './codec.ts';

/** CBOR (RFC 8949) as far as it carries JSON data: the same values as the JSON codec, in fewer bytes. */
export const cbor: Codec = {
  mediaTypes: ['application/cbor'],
  encode: encodeCbor,
  decode: decodeCbor,
};
