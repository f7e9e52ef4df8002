import { Agent } from 'undici';
import { authorizationOf, type HttpCredentials } from '../../../contracts/access.ts';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  NotificationListener,
} from '../../../contracts/binding.ts';
import { type Clock, waitingClock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import { patiently } from '../../../contracts/patiently.ts';
import { untilClosed } from '../../../contracts/subscription-loop.ts';
import type { Form, Op } from '../../../contracts/td.ts';
import { WaitingLine } from '../../../contracts/waiting-line.ts';
import { trustedAuthorities } from '../../../security/trusted-authorities.ts';
import { defaultMethods } from '../../../td/default-methods.ts';
import { responseType, safeOps, subscriptionOps } from '../../../td/defaults.ts';
import { answeredContent, exchange } from './http-exchange.ts';
import { createdAt } from './http-location.ts';
import { type Answer, deadlineOf, type HttpContext, isSafe, type OutgoingRequest } from './http-sending.ts';
import { subscribeLongpoll } from './longpoll-client.ts';
import { subscribeSse } from './sse-client.ts';

export interface HttpClientOptions {
  /** Sent with every request of this client, so make one client for each trusted set of Things. */
  readonly credentials?: HttpCredentials;
  /** Certificates in PEM that are trusted beside those of the system. */
  readonly ca?: string;
  /** Connections to each origin at most, requests above that wait; default 8. Subscriptions have one each beside these. */
  readonly connections?: number;
  /** Bytes of one response body, after decompression, and characters of one event; default 64 MiB. */
  readonly maxBody?: number;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** The HTTP(S) client: kept-alive connections, SSE and long-polling subscriptions. Throws WotError `invalid` CA_INVALID. */
export function httpClient(options: HttpClientOptions = {}): ClientBinding {
  // What is trusted need be no root: it may be the peer's own certificate.
  const connect =
    options.ca === undefined ? {} : { ca: trustedAuthorities(options.ca), allowPartialTrustChain: true };
  const connections = options.connections ?? 8;
  // undici has a queue of its own, but what is given up there stays in it and costs a connection each when its turn comes:
  // so there is a line before it.
  const requests = new Agent({ connections, connect });
  const streams = new Agent({ connect });
  const streaming = { dispatcher: streams, line: new WaitingLine(Number.POSITIVE_INFINITY) };
  const stopping = new AbortController();
  const context: HttpContext = {
    dispatcher: requests,
    line: new WaitingLine(connections),
    clock: options.clock ?? waitingClock,
    maxBody: options.maxBody ?? 64 * 1024 * 1024,
    random: options.random ?? Math.random,
    ...(options.credentials === undefined ? {} : { authorization: authorizationOf(options.credentials) }),
  };
  return {
    name: 'http',
    schemes: ['http', 'https'],
    supports,
    request: (request) => respond(context, request),
    subscribe: (request, listener) =>
      subscribe({ ...context, ...streaming }, request, listener, stopping.signal),
    async stop() {
      stopping.abort(
        new WotError('unavailable', 'CLIENT_STOPPED', 'The HTTP client was stopped; make a new one.'),
      );
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  };
}

/** Subscriptions need a subprotocol of ours; they end by closing the connection, so the ops that end them have no request. */
function supports(op: Op, form: Form): boolean {
  if (!/^https?:/i.test(form.href)) return false;
  if (subscriptionOps.includes(op)) return form.subprotocol === 'sse' || form.subprotocol === 'longpoll';
  return op in defaultMethods && (form.subprotocol === undefined || form.subprotocol === 'sse');
}

async function respond(context: HttpContext, request: ClientRequest): Promise<ClientResponse> {
  const call = callOf(context, request);
  const send = (): Promise<Answer> => exchange(context, call);
  const answer = await (isSafe(call) ? patiently(context.clock, call, send) : send());
  const content = answeredContent(answer, responseType(request.form));
  const location = createdAt(answer);
  return {
    ...(content === undefined ? {} : { content }),
    ...(location === undefined ? {} : { location }),
    ...(answer.href === call.href ? {} : { address: answer.href }),
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
  const signal = AbortSignal.any([closing.signal, ...outer]);
  const call = { ...callOf(context, request), signal };
  const heard = untilClosed(listener, closing.signal);
  const open = request.form.subprotocol === 'longpoll' ? subscribeLongpoll : subscribeSse;
  const name = request.target?.name;
  const type = responseType(request.form);
  await open(context, { call, listener: heard, type, ...(name === undefined ? {} : { name }) });
  return async () => closing.abort();
}

function callOf({ authorization, clock }: HttpContext, request: ClientRequest): OutgoingRequest {
  const { op, form, content, timeout, signal, wire } = request;
  const named = form['htv:methodName'] ?? form['http:methodName'] ?? defaultMethods[op] ?? 'GET';
  const method = String(named).toUpperCase();
  return {
    op,
    method,
    href: form.href,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      accept: responseType(form),
      ...(content === undefined ? {} : { 'content-type': content.type }),
      ...formHeaders(form),
    },
    ...(content === undefined ? {} : { body: content.body }),
    repeatable: isRepeatable(request, method),
    ...(signal === undefined ? {} : { signal }),
    wire,
    timeout,
    deadline: deadlineOf(timeout, clock),
  };
}

/** By the op, for a method alone tells nothing: there are devices that toggle on GET. */
function isRepeatable({ op, idempotent }: ClientRequest, method: string): boolean {
  if (safeOps.includes(op) || idempotent === true) return true;
  return op !== 'invokeaction' && method === defaultMethods[op]; // PUT and DELETE: RFC 9110 section 9.2.2
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
