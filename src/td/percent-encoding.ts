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

/** The same, but text that is not percent-encoded stands for itself. */
export function decodedOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
