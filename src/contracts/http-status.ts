import type { Clock } from './clock.ts';
import type { ErrorKind } from './errors.ts';

/** The HTTP status of every error kind; exhaustive, so a new kind does not compile until HTTP answers it. */
export const httpStatus: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  precondition: 412,
  'too-large': 413,
  'unsupported-media': 415,
  'rate-limited': 429,
  internal: 500,
  'not-implemented': 501,
  overloaded: 503,
  unavailable: 503,
  timeout: 504,
};

const foreignKinds: Readonly<Record<number, ErrorKind>> = {
  ...Object.fromEntries(Object.entries(httpStatus).map(([kind, status]) => [status, kind as ErrorKind])),
  407: 'unauthenticated',
  408: 'timeout',
  410: 'not-found',
  428: 'precondition',
  502: 'unavailable',
  503: 'unavailable',
};

/** The kind that a status means where the problem names none; anything but a known status or a 4xx is the peer's fault. */
export function kindOfStatus(status: number): ErrorKind {
  return foreignKinds[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'internal');
}

/** The seconds of a Retry-After, given as such or as a date (RFC 9110 section 10.2.3). */
export function retryAfterOf(header: unknown, clock: Clock): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const seconds = Math.ceil((Date.parse(header) - clock.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(seconds, 0);
}
