import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../contracts/clock.ts';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Wire } from '../../../contracts/wire.ts';
import type { Inbound, Outcome, Watch } from '../endpoint/endpoint.ts';
import { resolveHost } from '../endpoint/resolve-host.ts';
import type { Envelope } from '../messages/coap-message.ts';
import type { CoapScheme, CoapTarget } from '../messages/coap-uri.ts';
import type { ClientTransport, Destination } from './client-transport.ts';
import { coapWatch, watched } from './coap-wire.ts';
import { PeerLink, type Receiver } from './peer-link.ts';

/** The way to a target. */
export interface Route {
  readonly href: string;
  readonly link: PeerLink;
  readonly watch: Watch | undefined;
}

/** What each scheme travels over. */
export type ClientTransports = Readonly<Partial<Record<CoapScheme, ClientTransport>>>;

/** The client side of request and response (RFC 7252 section 5): one link per peer, opened when needed. */
export class CoapRequester {
  readonly clock: Clock;
  readonly #transports: ClientTransports;
  readonly #links = new Map<string, Promise<PeerLink>>();
  readonly #stopping = new AbortController();

  constructor(clock: Clock, transports: ClientTransports) {
    this.clock = clock;
    this.#transports = transports;
  }

  /** Aborts when the client stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Finds the way to a target; rejects with the signal's reason or WotError `unavailable` HOST_UNKNOWN or UNREACHABLE. */
  async route({ href, scheme, host, port }: CoapTarget, signal: AbortSignal, wire?: Wire): Promise<Route> {
    signal.throwIfAborted();
    const { address } = await abortable(resolveHost(host), signal);
    const link = await this.#link(scheme, { host, address, port }).catch((cause: unknown) => {
      throw cause instanceof WotError ? cause : unreachable(href, cause);
    });
    link.touch();
    return { href, link, watch: wire && coapWatch(href, wire) };
  }

  /** Sends one message and waits for its response; rejects with the signal's reason or a WotError. */
  exchange(route: Route, message: Envelope, signal: AbortSignal, token = randomBytes(8)): Promise<Inbound> {
    const { promise, resolve, reject } = Promise.withResolvers<Inbound>();
    if (signal.aborted) return Promise.reject(signal.reason);
    const forget = this.receive(route, token, (response) => {
      resolve(response);
      return true;
    });
    const giveUp = route.link.confirm({ ...message, token, watch: route.watch }, (outcome) => {
      if (outcome !== 'acked') reject(failureOf(outcome, route.href));
    });
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort);
    return promise.finally(() => {
      signal.removeEventListener('abort', abort);
      giveUp();
      forget();
    });
  }

  /** Directs all responses with this token to a receiver, until the returned function is called. */
  receive({ link, watch }: Route, token: Buffer, receiver: Receiver): () => void {
    return link.receive(token, watch ? watched(receiver, watch) : receiver);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(clientStopped());
    for (const link of this.#links.values()) await link.then((open) => open.close()).catch(() => undefined);
    this.#links.clear();
  }

  async #link(scheme: CoapScheme, to: Destination): Promise<PeerLink> {
    const transport = this.#transports[scheme];
    if (transport === undefined) throw notSpoken(scheme);
    const key = [scheme, to.host, to.address, to.port].join(' ');
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const forget = (): void => {
      if (this.#links.get(key) === opening) this.#links.delete(key);
    };
    const link = new PeerLink(this.clock, forget);
    const opening = link.open(to, transport).then(() => link);
    this.#links.set(key, opening);
    opening.catch(forget);
    return opening;
  }
}

function notSpoken(scheme: CoapScheme): WotError {
  const message = `This client does not speak ${scheme}; use another form.`;
  return new WotError('not-implemented', 'SCHEME_NOT_SPOKEN', message);
}

export function clientStopped(): WotError {
  return new WotError('unavailable', 'CLIENT_STOPPED', 'The CoAP client was stopped; make a new one.');
}

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
  if (outcome === 'closed') return clientStopped();
  return unreachable(href);
}

function unreachable(href: string, cause?: unknown): WotError {
  const message = `${href} cannot be reached; check the address, and that a CoAP server runs there.`;
  return new WotError('unavailable', 'UNREACHABLE', message, { href, cause });
}
