import { WotError } from '../../../contracts/errors.ts';
import type { ServerExchange } from './server-exchange.ts';

type Headers = ServerExchange['request']['headers'];

/** What a resource is compared by; `etag` is quoted. */
export interface Validators {
  readonly etag: string;
  readonly lastModified?: string | undefined;
}

/** Whether the peer has the selected representation already; WotError `precondition` where it asks for another (RFC 9110 section 13.2.2). */
export function isKnown(asked: Headers, { etag, lastModified }: Validators): boolean {
  const { 'if-match': match, 'if-none-match': noneMatch } = asked;
  const [unmodified, modified] = [asked['if-unmodified-since'], asked['if-modified-since']];
  if (match === undefined ? isAfter(lastModified, unmodified) : !matches(match, etag, 'strong')) {
    throw failed('has changed; read it again, and repeat the request with its new ETag');
  }
  if (noneMatch !== undefined) return matches(noneMatch, etag, 'weak');
  return modified !== undefined && isAfter(lastModified, modified) === false;
}

/** Refuses to change a resource that has no ETag under a condition that needs one: WotError `precondition` (RFC 9110 sections 13.1.1 and 13.1.2). */
export function checkConditions({ request: { headers } }: ServerExchange): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined && match.trim() !== '*')
    throw failed('has no ETag; send the request without If-Match, or with "If-Match: *"');
  if (noneMatch?.trim() === '*') throw failed('is there already; send the request without If-None-Match');
}

/** Whether a time is later than that of a condition; undefined where one of them is not there or no HTTP date. */
function isAfter(lastModified: string | undefined, condition: string | undefined): boolean | undefined {
  if (lastModified === undefined || condition?.endsWith(' GMT') !== true) return undefined;
  const [modified, since] = [Date.parse(lastModified), Date.parse(condition)];
  return Number.isNaN(since) ? undefined : modified > since;
}

// RFC 9110 section 8.8.3
const entityTags = /(W\/)?("[!\x23-\x7e\x80-\xff]*")/g;

/** RFC 9110 section 8.8.3.2; our own tags are strong. */
function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  const listed = [...list.matchAll(entityTags)];
  return listed.some(([, weak, tag]) => tag === etag && (weak === undefined || comparison === 'weak'));
}

function failed(what: string): WotError {
  return new WotError('precondition', 'PRECONDITION_FAILED', `This resource ${what}.`);
}
