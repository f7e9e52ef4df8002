import { type ErrorKind, WotError } from '../../../contracts/errors.ts';
import type { OutgoingRequest } from './http-sending.ts';

interface Failure {
  readonly codes: RegExp;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly says: (why: string) => string;
}

/**
 * RFC 9110 section 15.2 lets a server send 100 Continue unasked, but undici 7 closes the connection at it, as at an unasked
 * 101, before any handler of ours hears of it.
 */
const unasked = /^bad (response|upgrade)$/;
const advice = 'check that the Thing runs and that its address is reachable from here';
const staleSocket = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/;

/** By the code of the error below HTTP; the first that fits. */
const failures: readonly Failure[] = [
  {
    codes: /^(UND_ERR_INVALID_ARG|ERR_INVALID_URL)$/,
    kind: 'invalid',
    code: 'REQUEST_INVALID',
    says: (why) => `cannot be sent: ${why}; correct the form.`,
  },
  {
    codes: /^UND_ERR_(DESTROYED|CLOSED)$/,
    kind: 'unavailable',
    code: 'CLIENT_STOPPED',
    says: () => 'was not answered before the HTTP client was stopped; send it with a new one.',
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    kind: 'timeout',
    code: 'CONNECTION_TIMEOUT',
    says: (why) => `got no answer: ${why}; ${advice}.`,
  },
  {
    codes: /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/,
    kind: 'internal',
    code: 'CERTIFICATE_NOT_TRUSTED',
    says: (why) =>
      `was not sent, for nobody known here vouches for the peer's certificate (${why}); give its issuer's certificate, or a self-signed one itself, as PEM in the client's option ca or in a file that NODE_EXTRA_CA_CERTS names.`,
  },
  {
    codes: /CERT/,
    kind: 'internal',
    code: 'CERTIFICATE_NOT_TRUSTED',
    says: (why) =>
      `was not sent, for the peer's certificate does not hold: ${why}; renew it, or use an address that it names.`,
  },
  {
    codes: /^ERR_SSL_WRONG_VERSION_NUMBER$/,
    kind: 'unavailable',
    code: 'CONNECTION_FAILED',
    says: () => 'was not sent, for the peer speaks no TLS; use http: in the place of https:.',
  },
  {
    codes: unasked,
    kind: 'internal',
    code: 'RESPONSE_MALFORMED',
    says: (why) =>
      `was answered with HTTP status ${why === 'bad upgrade' ? '101 Switching Protocols' : '100 Continue'}, which it did not ask for and which is not understood here; the Thing must leave it out.`,
  },
  {
    codes: /^(HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/,
    kind: 'internal',
    code: 'RESPONSE_MALFORMED',
    says: (why) =>
      `was answered with what is no HTTP: ${why}; check the address, the Thing needs correcting else.`,
  },
];

/** Names address and cause of what went wrong below HTTP. */
export function connectionError(cause: unknown, call: OutgoingRequest, sent: boolean): WotError {
  const { method, href, op } = call;
  const { name, code = name, message } = cause as NodeJS.ErrnoException;
  const why = message || code;
  const sign = unasked.test(message) ? message : code;
  const known = failures.find(({ codes }) => codes.test(sign)) ?? (sent && !call.repeatable ? lost : failed);
  const done =
    known.code === 'RESPONSE_MALFORMED' && !call.repeatable ? ' Whether the Thing did it is unknown.' : '';
  const text = `${method} ${href} ${known.says(why)}${done}`;
  return new WotError(known.kind, known.code, text, { href, op, cause });
}

const lost: Omit<Failure, 'codes'> = {
  kind: 'unavailable',
  code: 'OUTCOME_UNKNOWN',
  says: (why) =>
    `was sent, then the connection broke: ${why}; whether the Thing did it is unknown: look at its state before you send it again.`,
};

const failed: Omit<Failure, 'codes'> = {
  kind: 'unavailable',
  code: 'CONNECTION_FAILED',
  says: (why) => `failed: ${why}; ${advice}.`,
};

/** Whether the peer closed a connection that it had kept open until then. */
export function isStaleSocket(error: unknown): boolean {
  const cause =
    error instanceof WotError ? (error.details.cause as NodeJS.ErrnoException | undefined) : undefined;
  return staleSocket.test(cause?.code ?? '') && !unasked.test(cause?.message ?? '');
}

/** The error for a body over the bound. */
export function tooLarge({ method, href, op }: OutgoingRequest, maxBody: number): WotError {
  const message = `${method} ${href} answered more than ${maxBody} bytes; ask for less or raise the client's maxBody.`;
  return new WotError('too-large', 'RESPONSE_TOO_LARGE', message, { href, op });
}
