import { decodeContent } from '../../codec/registry.ts';
import { type ErrorKind, fromProblem, type WotError } from '../../contracts/errors.ts';
import { httpStatus } from './http-status.ts';

/** The head and the body of an answer that is not a success. */
export interface FailedAnswer {
  readonly method: string;
  readonly href: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

const foreignKinds: Readonly<Record<number, ErrorKind>> = {
  ...Object.fromEntries(Object.entries(httpStatus).map(([kind, status]) => [status, kind as ErrorKind])),
  407: 'unauthenticated',
  408: 'timeout',
  410: 'not-found',
  428: 'precondition',
  502: 'unavailable',
  503: 'unavailable',
};

/** The kind that a status means where the body names none; anything but a known status or a 4xx is the peer's fault. */
function kindOfStatus(status: number): ErrorKind {
  return foreignKinds[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'internal');
}

/** Reads a peer's failure: its problem body (RFC 9457) where there is one, else the status alone. */
export function answerError(answer: FailedAnswer): WotError {
  const { status, headers, href } = answer;
  const retryAfter = Number(headers['retry-after']);
  const allow = headers['allow'];
  const details = {
    href,
    status,
    ...(retryAfter >= 0 ? { retryAfter } : {}),
    ...(typeof allow === 'string' ? { allow: allow.split(/\s*,\s*/) } : {}),
  };
  const kind = status === 503 && retryAfter >= 0 ? 'overloaded' : kindOfStatus(status);
  const bare = { detail: `${answer.method} ${href} was answered with HTTP status ${status}.` };
  return fromProblem(problemBody(headers['content-type'], answer.body) ?? bare, kind, details);
}

function problemBody(type: unknown, body: Uint8Array): object | undefined {
  if (typeof type !== 'string' || body.length === 0) return undefined;
  try {
    const value = decodeContent({ type, body });
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // a body that cannot be read says nothing more than the status
  }
}
