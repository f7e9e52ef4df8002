import { WotError } from '../../../contracts/errors.ts';
import { type ClientSecurity, handshakeRefused } from '../endpoint/security.ts';
import type { Refusal } from './notes.ts';

/** This system cannot speak DTLS. */
export function dtlsUnavailable(reason: string): WotError {
  const message = `DTLS does not work here: ${reason.replace(/\.$/, '')}. It needs the optional package koffi (npm install koffi) on a system that koffi is made for, and a node with its own OpenSSL.`;
  return new WotError('unavailable', 'DTLS_UNAVAILABLE', message);
}

/** OpenSSL cannot use the credentials of a server or client. */
export function credentialsRefused(whose: string, reason: string): WotError {
  const message = `The credentials for ${whose} cannot be used: ${reason}; give cert (with its chain), key and ca as PEM texts, the key without a password.`;
  return new WotError('invalid', 'CREDENTIALS_REFUSED', message);
}

/** Why a client that is secured so has no session with a server. */
export function connectionRefused(href: string, { why, reason }: Refusal, security: ClientSecurity): Error {
  if (why === 'credentials') return credentialsRefused(href, reason);
  if (why === 'socket') return new Error(reason);
  if (why === 'timeout') {
    const message = `${href} did not complete the DTLS handshake: ${reason}; check that a CoAPS server runs there, and the identity and key of the option psk (wot: --psk-file).`;
    return new WotError('timeout', 'HANDSHAKE_TIMEOUT', message, { href });
  }
  if (/verify failed|mismatch/.test(reason)) {
    const message = `${href} is not spoken to, for its certificate does not hold: ${reason}; give its issuer's certificate with the option ca, and use an address that it names.`;
    return new WotError('internal', 'CERTIFICATE_NOT_TRUSTED', message, { href });
  }
  return handshakeRefused(href, reason, security);
}
