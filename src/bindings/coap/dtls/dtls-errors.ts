import { WotError } from '../../../contracts/errors.ts';
import {
  type ClientSecurity,
  certificateNotTrusted,
  credentialsRefused,
  handshakeRefused,
} from '../security/credentials.ts';
import type { Refusal } from './notes.ts';

/** This system cannot speak DTLS. */
export function dtlsUnavailable(reason: string): WotError {
  const message = `DTLS does not work here: ${reason.replace(/\.$/, '')}. It needs the optional package koffi (npm install koffi) on a system that koffi is made for, and a node with its own OpenSSL.`;
  return new WotError('unavailable', 'DTLS_UNAVAILABLE', message);
}

/** Why a client that is secured so has no session with a server. */
export function noSession(href: string, { why, reason }: Refusal, security: ClientSecurity): Error {
  if (why === 'credentials') return credentialsRefused(href, reason);
  if (why === 'socket') return new Error(reason);
  if (why === 'timeout') {
    const message = `${href} did not complete the DTLS handshake: ${reason}; check that a CoAPS server runs there, and the identity and key of the option psk (wot: --psk-file).`;
    return new WotError('timeout', 'HANDSHAKE_TIMEOUT', message, { href });
  }
  if (/verify failed|mismatch/.test(reason)) return certificateNotTrusted(href, reason);
  return handshakeRefused(href, reason, security);
}

export function sessionOver(reason: string): Error {
  return new Error(`The DTLS session is over: ${reason}`);
}

export function notSent(): Error {
  return new Error('The DTLS session is over, or too much waits to be sent');
}
