import { randomBytes } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import { silentLogger } from '../../contracts/logger.ts';
import { CoapEndpoint, peerKey, resolveHost } from './coap-endpoint.ts';
import type { Inbound, Outcome, Peer } from './coap-exchange.ts';
import type { Envelope } from './coap-message.ts';
import { siftOptions } from './coap-option.ts';
import type { CoapTarget } from './coap-uri.ts';

/** A peer and the endpoint through which it is reached. */
export interface Route {
  readonly href: string;
  readonly peer: Peer;
  readonly endpoint: CoapEndpoint;
}

/** Receives the responses to one token; false when they are no longer wanted. */
export type Receiver = (message: Inbound) => boolean;

type Family = 4 | 6;

/** The client side of request and response (RFC 7252 section 5): one endpoint per IP version, opened when needed. */
export class CoapRequester {
  readonly clock: Clock;
  readonly #receivers = new Map<string, Receiver>();
  readonly #endpoints = new Map<number, Promise<CoapEndpoint>>();
  readonly #stopping = new AbortController();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Aborts when the client stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Finds the way to a target; rejects with the signal's reason or WotError `unavailable` HOST_UNKNOWN. */
  async route({ href, host, port }: CoapTarget, signal: AbortSignal): Promise<Route> {
    signal.throwIfAborted();
    const { address, family } = await abortable(resolveHost(host), signal);
    return { href, peer: { address, port }, endpoint: await this.#endpoint(family === 6 ? 6 : 4) };
  }

  /** Sends one message and waits for its response; rejects with the signal's reason or a WotError. */
  exchange(route: Route, message: Envelope, signal: AbortSignal, token = randomBytes(8)): Promise<Inbound> {
    const { promise, resolve, reject } = Promise.withResolvers<Inbound>();
    if (signal.aborted) return Promise.reject(signal.reason);
    const forget = this.receive(route, token, (response) => {
      resolve(response);
      return true;
    });
    const giveUp = route.endpoint.confirm(route.peer, { ...message, token }, (outcome) => {
      if (outcome !== 'acked') reject(failureOf(outcome, route.href));
    });
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort);
    return promise.finally(() => {
      signal.removeEventListener('abort', abort);
      giveUp();
      forget();
      this.#keepAlive();
    });
  }

  /** Directs all responses with this token to a receiver, until the returned function is called. */
  receive({ peer, endpoint }: Route, token: Buffer, receiver: Receiver): () => void {
    const key = receiverKey(peerKey(peer), token);
    const before = this.#receivers.get(key);
    this.#receivers.set(key, receiver);
    endpoint.keepAlive(true);
    return () => {
      if (this.#receivers.get(key) !== receiver) return;
      if (before === undefined) this.#receivers.delete(key);
      else this.#receivers.set(key, before);
      this.#keepAlive();
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new WotError('unavailable', 'CLIENT_STOPPED', 'The CoAP client was stopped.'));
    for (const endpoint of this.#endpoints.values())
      await endpoint.then((open) => open.close()).catch(() => undefined);
    this.#endpoints.clear();
  }

  #endpoint(family: Family): Promise<CoapEndpoint> {
    const known = this.#endpoints.get(family);
    if (known !== undefined) return known;
    const opening = this.#open(family);
    this.#endpoints.set(family, opening);
    opening.catch(() => this.#endpoints.delete(family));
    return opening;
  }

  async #open(family: Family): Promise<CoapEndpoint> {
    const response = (message: Inbound): boolean => {
      const { options, refused } = siftOptions(message.options);
      if (refused !== undefined) return false; // RFC 7252 section 5.4.1
      return (
        this.#receivers.get(receiverKey(message.peerKey, message.token))?.({ ...message, options }) ?? false
      );
    };
    const endpoint = new CoapEndpoint({ response }, { clock: this.clock, logger: silentLogger });
    await endpoint.open(family === 6 ? '::' : '0.0.0.0', 0);
    endpoint.keepAlive(false);
    return endpoint;
  }

  /** An idle client does not keep its process alive. */
  #keepAlive(): void {
    if (this.#receivers.size > 0) return;
    for (const endpoint of this.#endpoints.values())
      endpoint.then((open) => open.keepAlive(false)).catch(() => undefined);
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}

const receiverKey = (peer: string, token: Buffer): string => `${peer} ${token.toString('latin1')}`;

function failureOf(outcome: Outcome, href: string): WotError {
  if (outcome === 'timeout') {
    return new WotError(
      'timeout',
      'NO_ANSWER',
      `${href} did not answer; check that the Thing runs and is reachable.`,
      { href },
    );
  }
  if (outcome === 'reset') {
    return new WotError(
      'unavailable',
      'RESET',
      `${href} refused the message (RST); check that a CoAP server runs there.`,
      { href },
    );
  }
  if (outcome === 'closed')
    return new WotError('unavailable', 'CLIENT_STOPPED', 'The CoAP client was stopped.', { href });
  return new WotError(
    'unavailable',
    'UNREACHABLE',
    `${href} cannot be reached from here; check address and network.`,
    { href },
  );
}
