import { Agent, interceptors } from 'undici';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, waitingClock } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import { untilClosed } from '../../contracts/subscription-loop.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { responseType, subscriptionOps } from '../../td/defaults.ts';
import {
  answeredContent,
  type HttpContext,
  type OutgoingRequest,
  openExchange,
  readBody,
} from './http-exchange.ts';
import { subscribeLongpoll } from './longpoll-client.ts';
import { subscribeSse } from './sse-client.ts';

/** Who the client says it is: HTTP Basic (RFC 7617) or a bearer token (RFC 6750). */
export type HttpCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string };

export interface HttpClientOptions {
  /** Sent with every request of this client, so make one client for each trusted set of Things. */
  readonly credentials?: HttpCredentials;
  /** Bytes of one response body and characters of one event; default 64 MiB. */
  readonly maxBody?: number;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

// HTTP binding, table of default methods; cancelaction as in the WoT Profile (HTTP Basic)
const defaultMethods: Readonly<Partial<Record<Op, string>>> = {
  readproperty: 'GET',
  writeproperty: 'PUT',
  invokeaction: 'POST',
  queryaction: 'GET',
  cancelaction: 'DELETE',
  readallproperties: 'GET',
  writeallproperties: 'PUT',
  readmultipleproperties: 'GET',
  writemultipleproperties: 'PUT',
  queryallactions: 'GET',
};

const redirections = 5;

/** The HTTP(S) client: kept-alive connections, SSE and long-polling subscriptions. */
export function httpClient(options: HttpClientOptions = {}): ClientBinding {
  const agent = new Agent();
  const stopping = new AbortController();
  const context: HttpContext = {
    dispatcher: agent,
    following: agent.compose(interceptors.redirect({ maxRedirections: redirections })),
    clock: options.clock ?? waitingClock,
    maxBody: options.maxBody ?? 64 * 1024 * 1024,
    random: options.random ?? Math.random,
    ...(options.credentials === undefined ? {} : { authorization: authorizationOf(options.credentials) }),
  };
  return {
    name: 'http',
    schemes: ['http', 'https'],
    supports,
    request: (request) =>
      withDeadline(context.clock, { ...request, href: request.form.href }, (signal) =>
        exchange(context, request, signal),
      ),
    subscribe: (request, listener) => subscribe(context, request, listener, stopping.signal),
    async stop() {
      stopping.abort(new WotError('unavailable', 'CLIENT_STOPPED', 'The HTTP client was stopped.'));
      await agent.destroy();
    },
  };
}

/** Subscriptions need a subprotocol of ours; they end by closing the connection, so the ops that end them have no request. */
function supports(op: Op, form: Form): boolean {
  if (!/^https?:/i.test(form.href)) return false;
  if (subscriptionOps.includes(op)) return form.subprotocol === 'sse' || form.subprotocol === 'longpoll';
  return op in defaultMethods && (form.subprotocol === undefined || form.subprotocol === 'sse');
}

async function exchange(
  context: HttpContext,
  request: ClientRequest,
  signal: AbortSignal,
): Promise<ClientResponse> {
  const call = callOf(request, signal);
  const response = await openExchange(context, call);
  const content = answeredContent(
    response,
    await readBody(context, call, response),
    responseType(request.form),
  );
  const location = response.headers['location'];
  const absolute = typeof location === 'string' ? URL.parse(location, call.href)?.href : undefined;
  return {
    ...(content === undefined ? {} : { content }),
    ...(absolute === undefined ? {} : { location: absolute }),
  };
}

async function subscribe(
  context: HttpContext,
  request: ClientRequest,
  listener: NotificationListener,
  stopping: AbortSignal,
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const outer = request.signal === undefined ? [stopping] : [request.signal, stopping];
  const call = callOf(request, AbortSignal.any([closing.signal, ...outer]));
  const heard = untilClosed(listener, closing.signal);
  const open = request.form.subprotocol === 'longpoll' ? subscribeLongpoll : subscribeSse;
  await open(context, { request, call, listener: heard, type: responseType(request.form) });
  return async () => closing.abort();
}

function callOf({ op, form, content }: ClientRequest, signal: AbortSignal): OutgoingRequest {
  const method = form['htv:methodName'] ?? form['http:methodName'] ?? defaultMethods[op] ?? 'GET';
  return {
    method: String(method),
    href: form.href,
    headers: {
      accept: responseType(form),
      ...(content === undefined ? {} : { 'content-type': content.type }),
      ...formHeaders(form),
    },
    ...(content === undefined ? {} : { body: content.body }),
    signal,
  };
}

/** The headers that a form asks for (HTTP binding, `htv:headers`), names in lower case. */
function formHeaders(form: Form): Readonly<Record<string, string>> {
  const listed: unknown = form['htv:headers'];
  if (!Array.isArray(listed)) return {};
  const pairs = listed.map((header) => [header?.['htv:fieldName'], header?.['htv:fieldValue'] ?? '']);
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (typeof name === 'string' ? [[name.toLowerCase(), String(value)]] : [])),
  );
}

function authorizationOf(credentials: HttpCredentials): string {
  if ('token' in credentials) return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
}
