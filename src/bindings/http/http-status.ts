import type { ErrorKind } from '../../contracts/errors.ts';

/** The status of every error kind; exhaustive, so a new kind does not compile until HTTP answers it. */
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
