import { WotError } from '../../../contracts/errors.ts';
import {
  type ClientSecurity,
  certificateNotTrusted,
  credentialsRefused,
  handshakeRefused,
} from '../security/credentials.ts';

/** Others say that the peer speaks no CoAP. */
const ownFailures = ['CONNECTION_TIMEOUT', 'CONNECTION_ABORTED'];
/** The codes of Node for a certificate that does not hold. */
const untrusted = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)|CERT_|ALTNAME/;

/** Names address and cause of what went wrong before the connection could be used. */
export function connectionFailed(href: string, cause: unknown, security: ClientSecurity = {}): WotError {
  if (cause instanceof WotError) return unusable(href, cause, security);
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // What OpenSSL says has a reason, without its numbers.
  const { reason = message || code } = cause as { readonly reason?: string };
  if (/^ERR_SSL_.*ALERT/.test(code)) return handshakeRefused(href, reason, security);
  if (code.startsWith('ERR_OSSL_')) return credentialsRefused(href, reason);
  if (untrusted.test(code)) return certificateNotTrusted(href, reason);
  const says =
    code === 'ERR_SSL_WRONG_VERSION_NUMBER'
      ? 'speaks no TLS; use coap+tcp: in the place of coaps+tcp:.'
      : `cannot be connected to: ${reason}; check that the Thing runs and that its address is reachable from here.`;
  return new WotError('unavailable', 'CONNECTION_FAILED', `${href} ${says}`, { href, cause });
}

export function connectionTimeout(): WotError {
  const message = 'it took too long to connect; check that a CoAP server runs there.';
  return new WotError('timeout', 'CONNECTION_TIMEOUT', message);
}

function unusable(href: string, cause: WotError, security: ClientSecurity): WotError {
  // In TLS 1.3 the handshake ends for the client before the server has looked at its certificate.
  if (cause.code === 'CONNECTION_CLOSED' && security.cert !== undefined)
    return handshakeRefused(href, 'it closed the connection right after it', security);
  const isOwn = ownFailures.includes(cause.code);
  const message = `${href} cannot be used: ${cause.message}`;
  return new WotError(isOwn ? cause.kind : 'unavailable', isOwn ? cause.code : 'CONNECTION_FAILED', message, {
    href,
    cause,
  });
}
