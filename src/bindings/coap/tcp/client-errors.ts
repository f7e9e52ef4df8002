import { type ErrorKind, WotError } from '../../../contracts/errors.ts';
import { type ClientSecurity, handshakeRefused } from '../endpoint/security.ts';

interface Failure {
  readonly codes: RegExp;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly says: (why: string) => string;
}

/** By the code of the error below CoAP; the first that fits. */
const failures: readonly Failure[] = [
  {
    codes: /^ERR_OSSL_/,
    kind: 'invalid',
    code: 'CREDENTIALS_REFUSED',
    says: (why) =>
      `is not spoken to, for the client's option security holds no usable PEM (${why}); give the contents of the files, certificate and private key of each other.`,
  },
  {
    codes: /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/,
    kind: 'internal',
    code: 'CERTIFICATE_NOT_TRUSTED',
    says: (why) =>
      `is not spoken to, for nobody known here vouches for the peer's certificate (${why}); give its issuer's certificate, or a self-signed one itself, as PEM with the option ca.`,
  },
  {
    codes: /CERT_|ALTNAME/,
    kind: 'internal',
    code: 'CERTIFICATE_NOT_TRUSTED',
    says: (why) =>
      `is not spoken to, for the peer's certificate does not hold: ${why}; renew it, or use an address that it names.`,
  },
  {
    codes: /^ERR_SSL_WRONG_VERSION_NUMBER$/,
    kind: 'unavailable',
    code: 'CONNECTION_FAILED',
    says: () => 'speaks no TLS; use coap+tcp: in the place of coaps+tcp:.',
  },
];

const failed: Omit<Failure, 'codes'> = {
  kind: 'unavailable',
  code: 'CONNECTION_FAILED',
  says: (why) =>
    `cannot be connected to: ${why}; check that the Thing runs and that its address is reachable from here.`,
};

/** Others say that the peer speaks no CoAP. */
const ownFailures = ['CONNECTION_TIMEOUT', 'CONNECTION_ABORTED'];

/** Names address and cause of what went wrong before the connection could be used. */
export function connectionFailed(href: string, cause: unknown, security: ClientSecurity = {}): WotError {
  if (cause instanceof WotError) {
    // In TLS 1.3 the handshake ends for the client before the server has looked at its certificate.
    if (cause.code === 'CONNECTION_CLOSED' && security.cert !== undefined)
      return handshakeRefused(href, 'it closed the connection right after it', security);
    const { kind, code } = ownFailures.includes(cause.code) ? cause : failed;
    return new WotError(kind, code, `${href} cannot be used: ${cause.message}`, { href, cause });
  }
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // What OpenSSL says has a reason, without its numbers.
  const { reason = message || code } = cause as { readonly reason?: string };
  if (/^ERR_SSL_.*ALERT/.test(code)) return handshakeRefused(href, reason, security);
  const known = failures.find(({ codes }) => codes.test(code)) ?? failed;
  return new WotError(known.kind, known.code, `${href} ${known.says(reason)}`, { href, cause });
}

export function connectionTimeout(): WotError {
  const message = 'it took too long to connect; check that a CoAP server runs there.';
  return new WotError('timeout', 'CONNECTION_TIMEOUT', message);
}
