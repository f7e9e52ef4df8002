import type { Answer } from './http-sending.ts';

/** The address that an answer sends on to (RFC 9110 section 15.4), absolute. */
export function redirection(answer: Answer): string | undefined {
  return [301, 302, 303, 307, 308].includes(answer.status) ? locationOf(answer) : undefined;
}

/** The address of what was made or begun (RFC 9110 section 10.2.2), absolute. */
export function createdAt(answer: Answer): string | undefined {
  return [201, 202].includes(answer.status) ? locationOf(answer) : undefined;
}

function locationOf({ href, headers }: Answer): string | undefined {
  const { location } = headers;
  return typeof location === 'string' ? URL.parse(location, href)?.href : undefined;
}
