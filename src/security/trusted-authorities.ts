import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { WotError } from '../contracts/errors.ts';

/** The certificates (PEM) of the system's authorities and the given one; throws WotError `invalid` CA_INVALID. */
export function trustedAuthorities(ca: string): string[] {
  try {
    new X509Certificate(ca);
  } catch (cause) {
    const message = `The option ca is no certificate in PEM: ${(cause as Error).message}; give the text of the file, which begins with -----BEGIN CERTIFICATE-----.`;
    throw new WotError('invalid', 'CA_INVALID', message, { cause });
  }
  return [...getCACertificates('default'), ca];
}
