import { WotError } from '../contracts/errors.ts';

/** Percent-decodes (RFC 3986 section 2.1); WotError `invalid` PERCENT_ENCODING_INVALID where that is not possible. */
export function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const message = `${JSON.stringify(text.slice(0, 100))} is not valid percent-encoded UTF-8; encode "%" itself as %25.`;
    throw new WotError('invalid', 'PERCENT_ENCODING_INVALID', message);
  }
}

/** The values of the uriVariable `names`: each piece is a known name or several, separated by commas. */
export function namesIn(pieces: readonly string[], known: object): readonly string[] {
  return pieces.flatMap((piece) => (Object.hasOwn(known, piece) ? [piece] : piece.split(',')));
}
