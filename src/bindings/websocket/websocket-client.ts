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
import { untilClosed } from '../../contracts/subscription-loop.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { defaultContentType, safeOps } from '../../td/defaults.ts';
import { requestMessage, responseOf } from './client-messages.ts';
import { keepSocketSubscribed, type SubscriptionContext } from './client-subscription.ts';
import { webThingProtocol } from './messages.ts';
import { clientStopped, SocketPool } from './socket-pool.ts';

export interface WebSocketClientOptions {
  /** Sent with every handshake of this client, so make one client for each trusted set of Things. */
  readonly credentials?: HttpCredentials;
  /** Bytes of one message from a Thing; default 64 MiB. */
  readonly maxMessage?: number;
  /** Certificates (PEM) to trust in the place of the system's. */
  readonly ca?: string;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** The client of the Web Thing Protocol: one connection for each endpoint, shared by all its Things. */
export function websocketClient(options: WebSocketClientOptions = {}): ClientBinding {
  const { credentials, maxMessage = 64 * 1024 * 1024, ca, clock = waitingClock } = options;
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: authorizationOf(credentials) };
  const pool = new SocketPool({ headers, maxMessage, clock, ...(ca === undefined ? {} : { ca }) });
  const context = { pool, clock, random: options.random ?? Math.random };
  const stopping = new AbortController();
  return {
    name: 'websocket',
    schemes: ['ws', 'wss'],
    supports,
    request: (request) => exchange(context, request),
    subscribe: (request, listener) => subscribe(context, request, { listener, stopping: stopping.signal }),
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

async function exchange(
  { pool, clock }: SubscriptionContext,
  request: ClientRequest,
): Promise<ClientResponse> {
  const { href } = request.form;
  const ask = (signal: AbortSignal) => pool.session(href).ask(requestMessage(request), signal);
  return withDeadline(clock, { ...request, href }, async (signal) => {
    const answer = ask(signal).catch((error) => {
      if (!isLost(error) || signal.aborted) throw error;
      if (!safeOps.includes(request.op) && !request.idempotent) throw outcomeUnknown(error);
      return ask(signal);
    });
    return responseOf(request, await answer);
  });
}

async function subscribe(
  context: SubscriptionContext,
  request: ClientRequest,
  { listener, stopping }: { readonly listener: NotificationListener; readonly stopping: AbortSignal },
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const signals = [closing.signal, stopping, ...(request.signal ? [request.signal] : [])];
  await keepSocketSubscribed(context, {
    request,
    listener: untilClosed(listener, closing.signal),
    signal: AbortSignal.any(signals),
  });
  return async () => closing.abort();
}

function isLost(error: unknown): error is WotError {
  return error instanceof WotError && error.code === 'CONNECTION_LOST';
}

function outcomeUnknown({ message, details }: WotError): WotError {
  const text = `${message} Whether it was done is unknown: ask for the state before sending it again.`;
  return new WotError('unavailable', 'OUTCOME_UNKNOWN', text, details);
}
