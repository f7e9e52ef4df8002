import type { Problem } from '../../../contracts/errors.ts';
import { ApiError } from './api-error.ts';

export { ApiError };

/** The path of the servient that served this page, with a slash at its end: `/`, or that of its public base. */
export const servientPath = new URL('..', document.baseURI).pathname;

/** The address of something of the servient: `at('things/lamp')`. */
export function at(path: string): string {
  return `${servientPath}${path}`;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Fetches from the servient; rejects with ApiError. */
export async function send(path: string, request: ApiRequest = {}): Promise<Response> {
  const { method = 'GET', body, headers, signal } = request;
  const response = await fetch(at(path), {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, unreachable());
  });
  if (response.ok) return response;
  throw new ApiError(response.status, await problemOf(response));
}

/** The JSON that the servient answers; undefined for 204. */
export async function json<T>(path: string, request: ApiRequest = {}): Promise<T> {
  const response = await send(path, request);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const told: unknown = await response.json().catch(() => undefined);
  if (typeof told === 'object' && told !== null && 'title' in told) return told as Problem;
  return { title: response.statusText, status: response.status, code: 'UNKNOWN' } as Problem;
}

function unreachable(): Problem {
  return {
    title: 'Unavailable',
    status: 503,
    code: 'SERVIENT_UNREACHABLE',
    detail: 'The servient does not answer.',
  } as Problem;
}
