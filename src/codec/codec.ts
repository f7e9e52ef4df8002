import { WotError } from '../contracts/errors.ts';

/** Turns values into the bytes of one format and back; both directions fail with WotError alone. */
export interface Codec {
  /** In lower case and without parameters; the first one is the usual one. */
  readonly mediaTypes: readonly string[];
  /** Fails with `internal` OUTPUT_NOT_SERIALISABLE. */
  encode(value: unknown): Uint8Array;
  /** Fails with `invalid` PAYLOAD_MALFORMED; `nesting` bounds the levels of arrays and objects. */
  decode(bytes: Uint8Array, nesting: number): unknown;
}

/** The error for bytes that are not what their media type says. */
export function malformed(format: string, reason: string, cause?: unknown): WotError {
  return new WotError('invalid', 'PAYLOAD_MALFORMED', `The payload is not valid ${format}: ${reason}.`, {
    cause,
  });
}

/** The error for a payload with more levels than the limit. */
export function tooDeep(format: string, nesting: number): WotError {
  return malformed(format, `it nests deeper than ${nesting} levels; send a flatter value`);
}

/** The error for a value that the format cannot carry. */
export function notSerialisable(format: string, reason: string, cause?: unknown): WotError {
  return new WotError(
    'internal',
    'OUTPUT_NOT_SERIALISABLE',
    `The value cannot be sent as ${format}: ${reason}.`,
    {
      cause,
    },
  );
}
