import { fromProblem, WotError } from '../../../contracts/errors.ts';
import { kindOfStatus } from '../../../contracts/http-status.ts';
import { ApiError } from './api-error.ts';

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
    throw ApiError.of(new WotError('unavailable', 'SERVIENT_UNREACHABLE', 'The servient does not answer.'));
  });
  if (response.ok) return response;
  const { status } = response;
  throw ApiError.of(fromProblem(await jsonOf<unknown>(response), kindOfStatus(status)), status);
}

/** The JSON that the servient answers; undefined for 204. */
export async function json<T>(path: string, request: ApiRequest = {}): Promise<T> {
  const response = await send(path, request);
  return response.status === 204 ? (undefined as T) : await jsonOf<T>(response);
}

/** The JSON of an answer; rejects with ApiError where it is that of somebody in between, who has pages of his own. */
export async function jsonOf<T>(response: Response): Promise<T> {
  const { status, url } = response;
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw ApiError.of(notTheServient(status, url), status);
  }
}

function notTheServient(status: number, url: string): WotError {
  const message = `${url} answers ${status} without JSON: a proxy in between, which is down or wants you to log in?`;
  return new WotError(kindOfStatus(status), 'NOT_THE_SERVIENT', message);
}
