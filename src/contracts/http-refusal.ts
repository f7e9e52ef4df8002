import { STATUS_CODES } from 'node:http';
import { toProblem, type WotError } from './errors.ts';
import { httpStatus } from './http-status.ts';

export interface Refusal {
  readonly error: WotError;
  /** Where it is not that of the error's kind. */
  readonly status?: number;
  /** Header lines, in the place of `Connection: close`. */
  readonly headers?: readonly string[];
}

/** A whole answer (RFC 9112, with a problem of RFC 9457), for a socket that no response belongs to. */
export function refusalText({
  error,
  status = httpStatus[error.kind],
  headers = ['Connection: close'],
}: Refusal): string {
  const body = JSON.stringify(toProblem(error, status));
  const { retryAfter } = error.details;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${Math.ceil(retryAfter)}`]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
