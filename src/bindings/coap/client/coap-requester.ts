import { isIP } from 'node:net';
import type { Clock } from '../../../contracts/clock.ts';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Wire } from '../../../contracts/wire.ts';
import type { Inbound, Outcome, Watch } from '../endpoint/endpoint.ts';
import { resolveHost } from '../endpoint/resolve-host.ts';
import type { CoapOption, Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber } from '../messages/coap-option.ts';
import type { CoapScheme, CoapTarget } from '../messages/coap-uri.ts';
import type { BlockWise } from './block-wise.ts';
import type { ClientTransport, Destination } from './client-transport.ts';
import { coapWatch, watched } from './coap-wire.ts';
import { PeerLink, type Receiver } from './peer-link.ts';
import { newToken } from './tokens.ts';

/** The way to a target. */
export interface Route {
  readonly href: string;
  readonly link: PeerLink;
  readonly watch: Watch | undefined;
}

/** What each scheme travels over. */
export type ClientTransports = Readonly<Partial<Record<CoapScheme, ClientTransport>>>;

export interface RequesterOptions {
  readonly clock: Clock;
  /** Times pauses: what waits for their end keeps the process alive. */
  readonly waitingClock: Clock;
  readonly transports: ClientTransports;
  readonly nstart: number;
}

/** Work on the way to a target. */
export interface Journey {
  readonly target: CoapTarget;
  readonly signal: AbortSignal;
  readonly wire: Wire;
  /** Whether it may be done again on a new way, where one that was good before is lost. */
  readonly repeatable: boolean;
}

/** The client side of request and response (RFC 7252 section 5): one link per peer, opened when needed. */
export class CoapRequester {
  readonly clock: Clock;
  readonly waitingClock: Clock;
  readonly #options: RequesterOptions;
  /** Each a promise until it is open. */
  readonly #links = new Map<string, PeerLink | Promise<PeerLink>>();
  readonly #stopping = new AbortController();

  constructor(options: RequesterOptions) {
    this.clock = options.clock;
    this.waitingClock = options.waitingClock;
    this.#options = options;
  }

  /** Aborts when the client stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Finds the way to a target, its name resolved anew, and works there; rejects with the signal's reason or a WotError. */
  async reach<R>(journey: Journey, work: (route: Route) => Promise<R>): Promise<R> {
    const route = await this.#route(journey);
    const { isProven } = route.link;
    try {
      return await work(route);
    } catch (error) {
      const isLost = error instanceof WotError && error.code === 'UNREACHABLE';
      if (!isLost || !isProven || !journey.repeatable) throw error;
    }
    return work(await this.#route(journey));
  }

  /**
   * Sends one message and waits for its response; rejects with the signal's reason or a WotError. A server that asks for
   * its Echo is sent the message once more with that, others are with the next message (RFC 9175 section 2.3).
   */
  async exchange(route: Route, message: Envelope, signal: AbortSignal, token?: Buffer): Promise<Inbound> {
    const echo = route.link.takeEcho();
    const response = await this.#once(route, echoing(message, echo), signal, token);
    const demanded = response.code === '4.01' ? optionBytes(response.options, optionNumber.echo) : undefined;
    if (demanded === undefined) return response;
    return this.#once(route, echoing(message, demanded), signal, token);
  }

  /** Lets work at the resource of a message wait until nobody else works there on this way. */
  alone({ link }: Route, signal: AbortSignal): BlockWise['alone'] {
    return ({ options }, work) => link.alone(resourceOf(options), signal, work);
  }

  /** Directs all responses with this token to a receiver, until the returned function is called. */
  receive({ link, watch }: Route, token: Buffer, receiver: Receiver): () => void {
    return link.receive(token, watch ? watched(receiver, watch) : receiver);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(clientStopped());
    for (const link of this.#links.values())
      await Promise.resolve(link)
        .then((open) => open.close())
        .catch(() => undefined);
    this.#links.clear();
  }

  async #route({ target, signal, wire }: Journey): Promise<Route> {
    const { href, scheme, host, port } = target;
    signal.throwIfAborted();
    const address = isIP(host) === 0 ? (await abortable(resolveHost(host), signal)).address : host;
    const known = this.#link(scheme, { host, address, port });
    const failed = (cause: unknown): never => {
      throw cause instanceof WotError ? cause : unreachable(href, cause);
    };
    const link = known instanceof PeerLink ? known : await abortable(known.catch(failed), signal);
    link.touch();
    return { href, link, watch: wire && coapWatch(href, wire) };
  }

  async #once(
    route: Route,
    message: Envelope,
    signal: AbortSignal,
    token: Buffer = newToken(),
  ): Promise<Inbound> {
    const { promise, resolve, reject } = Promise.withResolvers<Inbound>();
    const { href, link, watch } = route;
    signal.throwIfAborted();
    const forget = this.receive(route, token, {
      response(response) {
        resolve(response);
        return true;
      },
      lost: (error) => reject(unreachable(href, error)),
    });
    let giveUp = (): void => undefined;
    try {
      giveUp = link.confirm({ ...message, token, watch }, (outcome) => {
        if (outcome !== 'acked') reject(failureOf(outcome, href));
      });
      return await abortable(promise, signal);
    } finally {
      giveUp();
      forget();
    }
  }

  #link(scheme: CoapScheme, to: Destination): PeerLink | Promise<PeerLink> {
    const { clock, transports, nstart } = this.#options;
    const transport = transports[scheme];
    if (transport === undefined) throw notSpoken(scheme);
    const key = `${scheme} ${to.host} ${to.address} ${to.port}`;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const forget = (): void => {
      const current = this.#links.get(key);
      if (current === link || current === opening) this.#links.delete(key);
    };
    const link = new PeerLink({ clock, stopping: this.stopping, nstart, closed: forget });
    const opening = link.open(to, transport).then(() => {
      if (this.#links.get(key) === opening) this.#links.set(key, link);
      return link;
    });
    this.#links.set(key, opening);
    opening.catch(forget);
    return opening;
  }
}

/** Names a resource of a peer. */
function resourceOf(options: readonly CoapOption[]): string {
  const naming: readonly number[] = [optionNumber.uriHost, optionNumber.uriPath, optionNumber.uriQuery];
  const parts = options.filter(({ number }) => naming.includes(number));
  return parts.map(({ number, value }) => `${number}:${value.toString('hex')}`).join();
}

function echoing(message: Envelope, echo: Buffer | undefined): Envelope {
  if (echo === undefined) return message;
  return { ...message, options: [...message.options, { number: optionNumber.echo, value: echo }] };
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

/** The error for a peer to which there is no way. */
export function unreachable(href: string, cause?: unknown): WotError {
  const message =
    cause instanceof WotError
      ? `${href} cannot be used: ${cause.message}`
      : `${href} cannot be reached; check the address, and that a CoAP server runs there.`;
  return new WotError('unavailable', 'UNREACHABLE', message, { href, cause });
}
