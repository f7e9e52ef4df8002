import { decodeContent } from '../../../codec/registry.ts';
import type { Clock } from '../../../contracts/clock.ts';
import { fromProblem, WotError } from '../../../contracts/errors.ts';
import { httpStatus, kindOfStatus, retryAfterOf } from '../../../contracts/http-status.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../../td/json-object.ts';
import { redirection } from './http-location.ts';
import { type Answer, isSafe, type OutgoingRequest } from './http-sending.ts';

/** Reads a peer's failure: its problem body (RFC 9457) where there is one, else the status and the beginning of the text. */
export function answerError(call: OutgoingRequest, answer: Answer, clock: Clock): WotError {
  const { method, href, op } = call;
  const { status, headers } = answer;
  const target = redirection(answer);
  if (target !== undefined) return redirected(call, status, target);
  const retryAfter = retryAfterOf(headers['retry-after'], clock);
  const allow = headers['allow'];
  const problem = problemOf(answer);
  const details = {
    href,
    op,
    status,
    ...(problem === undefined ? {} : { problem }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(typeof allow === 'string' ? { allow: allow.split(/\s*,\s*/) } : {}),
  };
  const kind = status === 503 && retryAfter !== undefined ? 'overloaded' : kindOfStatus(status);
  const title = problem?.['title'];
  const text = typeof title === 'string' ? JSON.stringify(title) : excerptOf(answer);
  const bare = `${method} ${href} was answered with HTTP status ${status}${text && `: ${text}`}.`;
  return fromProblem({ detail: bare, ...problem, kind: agreedKind(problem, status) }, kind, details);
}

/** The kind that a problem names, where it is of the class (4xx or 5xx) of the status that came with it. */
function agreedKind(problem: JsonObject | undefined, status: number): unknown {
  const usual = ownMember(httpStatus, String(problem?.['kind'])) ?? 0;
  return Math.floor(usual / 100) === Math.floor(status / 100) ? problem?.['kind'] : undefined;
}

function redirected(call: OutgoingRequest, status: number, target: string): WotError {
  const { method, href, op } = call;
  const message = `${method} ${href} was answered with HTTP status ${status}: ${adviceOn(call, status, target)}.`;
  return new WotError('internal', 'REDIRECTED', message, { href, op, status });
}

function adviceOn(call: OutgoingRequest, status: number, target: string): string {
  if (isSafe(call)) return `it leads on to ${target}, where it is followed no further; look where it ends`;
  if (status === 303) return `what came of it is told at ${target}`;
  return `it leads on to ${target}, where it is not sent by itself; use this address`;
}

/** A JSON object that says something as a problem does; other objects are text like any other. */
function problemOf({ headers, body }: Answer): JsonObject | undefined {
  const type = headers['content-type'];
  if (typeof type !== 'string' || body.length === 0) return undefined;
  try {
    const value = decodeContent({ type, body });
    return isJsonObject(value) &&
      ['detail', 'title', 'code', 'kind'].some((name) => typeof value[name] === 'string')
      ? value
      : undefined;
  } catch {
    return undefined; // a body that cannot be read says nothing more than the status
  }
}

const longestExcerpt = 200;

/** The beginning of a textual body in one line, without markup. */
function excerptOf({ headers, body }: Answer): string {
  const type = String(headers['content-type'] ?? '');
  if (!/^$|^text\/|[/+](json|xml)\b/i.test(type)) return '';
  const start = new TextDecoder().decode(body.subarray(0, 4096));
  const text = /html|xml/i.test(type) ? start.replace(/<(script|style)\b.*?<\/\1>|<[^>]*>?/gis, ' ') : start;
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const excerpt = line.length > longestExcerpt ? `${line.slice(0, longestExcerpt)}…` : line;
  return excerpt === '' || excerpt.includes('\ufffd') ? '' : JSON.stringify(excerpt);
}
