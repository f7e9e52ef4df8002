import type { Dispatcher } from 'undici';
import type { Content } from '../../contracts/binding.ts';
import type { Clock } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import { answerError } from './http-problem.ts';

/** What all requests of one client share. */
export interface HttpContext {
  readonly dispatcher: Dispatcher;
  /** The same, following redirections: for what is safe alone. */
  readonly following: Dispatcher;
  readonly clock: Clock;
  /** Bytes of one response body, or characters of one server-sent event. */
  readonly maxBody: number;
  /** The Authorization header of every request. */
  readonly authorization?: string;
  /** From 0 to 1, for the jitter of retries. */
  random(): number;
}

/** One request to send. */
export interface OutgoingRequest {
  readonly method: string;
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

const staleSocketCodes = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];
const timeoutCodes = [
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
];

/** Sends a request and gives the successful answer with its body unread; fails with WotError, or with the signal's reason. */
export async function openExchange(
  context: HttpContext,
  call: OutgoingRequest,
): Promise<Dispatcher.ResponseData> {
  const response = await sendSafely(context, call);
  if (response.statusCode < 300) return response;
  const body = await readBody(context, call, response);
  throw answerError({ ...call, status: response.statusCode, headers: response.headers, body });
}

/** Reads a whole body; throws `too-large` RESPONSE_TOO_LARGE above the bound. */
export async function readBody(
  context: HttpContext,
  call: OutgoingRequest,
  response: Dispatcher.ResponseData,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(call, response)) {
    size += chunk.length;
    if (size > context.maxBody) throw tooLarge(context, call); // leaving the loop closes the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body chunk by chunk; fails as `openExchange` does. */
export async function* bodyOf(
  call: OutgoingRequest,
  response: Dispatcher.ResponseData,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* response.body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw exchangeError(error, call);
  }
}

/** The content of an answer: none on 204 and 205 or where an empty body names no type; `fallback` is the type of a body that names none. */
export function answeredContent(
  response: Dispatcher.ResponseData,
  body: Uint8Array,
  fallback: string,
): Content | undefined {
  const type = response.headers['content-type'];
  if (response.statusCode === 204 || response.statusCode === 205) return undefined;
  if (body.length === 0 && type === undefined) return undefined;
  return { type: typeof type === 'string' ? type : fallback, body };
}

/** Names address and cause of what went wrong below HTTP; a WotError or the signal's own reason passes through. */
function exchangeError(error: unknown, call: OutgoingRequest): unknown {
  if (call.signal.aborted) return call.signal.reason;
  if (error instanceof WotError) return error;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const details = { href: call.href, cause: error };
  const what = `${call.method} ${call.href}`;
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_URL')
    return new WotError(
      'invalid',
      'REQUEST_INVALID',
      `${what} cannot be sent: ${message}; correct the form.`,
      details,
    );
  if (timeoutCodes.includes(code ?? ''))
    return new WotError(
      'timeout',
      'CONNECTION_TIMEOUT',
      `${what} got no answer: ${message || code}.`,
      details,
    );
  const why = message || code;
  const advice = 'check that the Thing runs and that its address is reachable from here';
  return new WotError('unavailable', 'CONNECTION_FAILED', `${what} failed: ${why}; ${advice}.`, details);
}

/** A kept-alive connection may have been closed by the peer just now: what is safe is sent once more. */
async function sendSafely(context: HttpContext, call: OutgoingRequest): Promise<Dispatcher.ResponseData> {
  try {
    return await send(context, call);
  } catch (error) {
    const stale = staleSocketCodes.includes((error as { readonly code?: string }).code ?? '');
    if (!stale || call.signal.aborted || !isSafe(call)) throw exchangeError(error, call);
  }
  return send(context, call).catch((error) => Promise.reject(exchangeError(error, call)));
}

async function send(context: HttpContext, call: OutgoingRequest): Promise<Dispatcher.ResponseData> {
  const url = new URL(call.href);
  const dispatcher = isSafe(call) ? context.following : context.dispatcher;
  const response = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: call.method as Dispatcher.HttpMethod,
    headers: {
      ...(context.authorization === undefined ? {} : { authorization: context.authorization }),
      ...call.headers,
    },
    body: call.body ?? null,
    signal: call.signal,
    headersTimeout: 0, // the caller's deadline is the bound
    bodyTimeout: 0,
  });
  response.body.on('error', () => {}); // whoever reads it is told; nobody reads a body that is thrown away
  return response;
}

// RFC 9110 section 9.2.1
function isSafe(call: OutgoingRequest): boolean {
  return call.method === 'GET' || call.method === 'HEAD';
}

function tooLarge(context: HttpContext, call: OutgoingRequest): WotError {
  return new WotError(
    'too-large',
    'RESPONSE_TOO_LARGE',
    `${call.method} ${call.href} answered more than ${context.maxBody} bytes; ask for less or raise the client's maxBody.`,
    { href: call.href },
  );
}
