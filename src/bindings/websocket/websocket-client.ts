import { randomUUID } from 'node:crypto';
import { json } from '../../codec/json.ts';
import { codecFor } from '../../codec/registry.ts';
import { authorizationOf, type HttpCredentials } from '../../contracts/access.ts';
import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, waitingClock } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { trustedAuthorities } from '../../security/trusted-authorities.ts';
import { defaultContentType, safeOps } from '../../td/defaults.ts';
import { requestMessage, responseOf } from './client-messages.ts';
import type { SubscriptionContext } from './client-subscription.ts';
import { webThingProtocol } from './messages.ts';
import { SharedSubscription } from './shared-subscription.ts';
import { clientStopped, SocketPool } from './socket-pool.ts';

export interface WebSocketClientOptions {
  /** Sent with every handshake of this client, so make one client for each trusted set of Things. */
  readonly credentials?: HttpCredentials;
  /** Bytes of one message from a Thing; default 64 MiB. */
  readonly maxMessage?: number;
  /** Certificates in PEM that are trusted beside those of the system. */
  readonly ca?: string;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

interface ClientContext extends SubscriptionContext {
  readonly stopping: AbortSignal;
  /** What is subscribed to, by what makes it equal. */
  readonly shared: Map<string, SharedSubscription>;
}

/** The client of the Web Thing Protocol: one connection for each endpoint, shared by all its Things. Throws WotError `invalid` CA_INVALID. */
export function websocketClient(options: WebSocketClientOptions = {}): ClientBinding {
  const { credentials, maxMessage = 64 * 1024 * 1024, ca, clock = waitingClock } = options;
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: authorizationOf(credentials) };
  const pool = new SocketPool({
    headers,
    maxMessage,
    clock,
    ...(ca === undefined ? {} : { ca: trustedAuthorities(ca) }),
  });
  const stopping = new AbortController();
  const context: ClientContext = {
    pool,
    clock,
    random: options.random ?? Math.random,
    stopping: stopping.signal,
    shared: new Map(),
  };
  return {
    name: 'websocket',
    schemes: ['ws', 'wss'],
    supports,
    request: (request) => exchange(context, request),
    subscribe: (request, listener) => subscribe(context, request, listener),
    async stop() {
      stopping.abort(clientStopped());
      await pool.stop();
    },
  };
}

// Web Thing Protocol, sections 4.1 and 5.1
function supports(_: Op, { href, subprotocol, contentType = defaultContentType }: Form): boolean {
  return /^wss?:/i.test(href) && subprotocol === webThingProtocol && codecFor(contentType) === json;
}

async function exchange(context: ClientContext, request: ClientRequest): Promise<ClientResponse> {
  const { href } = request.form;
  const { pool, clock } = context;
  const ask = (signal: AbortSignal) => pool.session(href).ask(requestMessage(request), signal, request.wire);
  const exchanged = () =>
    withDeadline(clock, { ...request, href }, async (signal) => {
      const answer = ask(signal).catch((error) => {
        if (!isLost(error) || signal.aborted) throw error;
        if (!safeOps.includes(request.op) && !request.idempotent) throw outcomeUnknown(error);
        return ask(signal);
      });
      return responseOf(request, await answer);
    });
  return tellingStrays(pool, href, exchanged);
}

async function subscribe(
  context: ClientContext,
  request: ClientRequest,
  listener: NotificationListener,
): Promise<() => Promise<void>> {
  request.signal?.throwIfAborted();
  return tellingStrays(context.pool, request.form.href, () =>
    sharedSubscription(context, request).join(request, listener),
  );
}

/** What resumes after an id of its own, or is watched, is shared with nobody. */
function sharedSubscription(context: ClientContext, request: ClientRequest): SharedSubscription {
  const { op, form, target, wire } = request;
  const { thing, name, uriVariables = {}, after } = target ?? {};
  const key = JSON.stringify([
    form.href,
    op,
    thing,
    name,
    Object.entries(uriVariables).sort(),
    (after ?? wire) && randomUUID(),
  ]);
  const found = context.shared.get(key);
  if (found !== undefined) return found;
  const over = (): void => {
    if (context.shared.get(key) === made) context.shared.delete(key);
  };
  const made = new SharedSubscription({ context, request, stopping: context.stopping, over });
  context.shared.set(key, made);
  return made;
}

/** A peer that speaks, but not to us, is online: the timeout says so. */
async function tellingStrays<R>(pool: SocketPool, href: string, work: () => Promise<R>): Promise<R> {
  const before = pool.strays(href);
  try {
    return await work();
  } catch (error) {
    const strays = pool.strays(href) - before;
    if (!(error instanceof WotError && error.code === 'RESPONSE_TIMEOUT') || strays <= 0) throw error;
    const text = `${href} did not answer in time, but sent ${strays} message(s) that could not be used: no JSON text, or without the correlationID of a request that waits (Web Thing Protocol, section 5.1); check that it speaks this protocol.`;
    throw new WotError('timeout', 'RESPONSE_TIMEOUT', text, error.details);
  }
}

function isLost(error: unknown): error is WotError {
  return error instanceof WotError && error.code === 'CONNECTION_LOST';
}

function outcomeUnknown({ message, details }: WotError): WotError {
  const text = `${message} Whether it was done is unknown: ask for the state before sending it again.`;
  return new WotError('unavailable', 'OUTCOME_UNKNOWN', text, details);
}
