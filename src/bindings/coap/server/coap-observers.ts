import type { Timer } from '../../../contracts/clock.ts';
import type { WotError } from '../../../contracts/errors.ts';
import type { Endpoint, Inbound, Outcome, Peer } from '../endpoint/endpoint.ts';
import type { Envelope } from '../messages/coap-message.ts';
import type { BlockTransfers } from './block-transfers.ts';
import type { CoapCall } from './coap-call.ts';
import { CoapObserver } from './coap-observer.ts';
import type { Observable } from './thing-resources.ts';

const observersAtMost = 4096;
const ofPeerAtMost = 256;
const fetchWithin = 5000;
const probeEvery = 300_000;

/** The error response that fits a request. */
export type ProblemMaker = (request: Inbound, error: unknown) => Envelope;

export interface ObserversParts {
  readonly endpoint: Endpoint;
  readonly blocks: BlockTransfers;
  /** Changes that may wait per observer. */
  readonly queue: number;
  readonly problem: ProblemMaker;
}

interface Entry {
  readonly request: Inbound;
  readonly observer: CoapObserver;
}

/** All observations of a server, by endpoint and token (RFC 7641 section 4.1), bounded in number; those of silent peers end. */
export class CoapObservers {
  readonly #entries = new Map<string, Entry>();
  readonly #parts: ObserversParts;
  readonly #probing: Timer;
  #sequence = 0;

  constructor(parts: ObserversParts) {
    this.#parts = parts;
    this.#probing = parts.endpoint.clock.every(probeEvery, () => this.#probe());
  }

  /** Whether an observation is renewed, or there is room for one more. */
  admits(request: Inbound): boolean {
    if (this.#entries.has(keyOf(request))) return true;
    return this.#entries.size < observersAtMost && this.#of(request.peer.key).length < ofPeerAtMost;
  }

  /** Adds or replaces the observation of this token and gives its first response, or the first block of it. */
  async add(request: Inbound, observable: Observable, call: CoapCall): Promise<Envelope> {
    this.remove(request);
    const key = keyOf(request);
    const { queue, problem, blocks } = this.#parts;
    const observer: CoapObserver = new CoapObserver({
      call,
      observable,
      queue,
      nextSequence: () => this.#nextSequence(),
      send: (notification, settled) => this.#send(request, notification, settled),
      problem: (error) => problem(request, error),
      removed: () => {
        if (this.#entries.get(key)?.observer === observer) this.#entries.delete(key);
      },
    });
    this.#entries.set(key, { request, observer });
    try {
      const whole = await observer.start();
      const first = blocks.begin(request, whole);
      // Notifications follow when the response has left, and all of it has arrived.
      if (first.payload.length === whole.payload.length) setImmediate(() => observer.proceed());
      else this.#whenFetched(request, () => observer.proceed());
      return first;
    } catch (error) {
      observer.end();
      throw error;
    }
  }

  /** Ends the observation that this request belongs to, if there is one. */
  remove(request: Inbound): void {
    this.#entries.get(keyOf(request))?.observer.end();
  }

  /** Ends the observations of a peer that is gone. */
  forget(peer: Peer): void {
    for (const { observer } of this.#of(peer.key)) observer.end();
  }

  /** Ends all observations with an error notification each, sent once. */
  close(error: WotError): void {
    this.#probing.cancel();
    const { endpoint, problem } = this.#parts;
    for (const { request, observer } of [...this.#entries.values()]) {
      const { peer, token } = request;
      endpoint.send(peer, { ...problem(request, error), token });
      observer.end();
    }
  }

  /** A notification in blocks counts as sent when the peer has fetched its last block. */
  #send(request: Inbound, notification: Envelope, settled: (outcome: Outcome) => void): () => void {
    const { peer, token } = request;
    const { endpoint, blocks } = this.#parts;
    const message = { ...blocks.begin(request, notification), token };
    if (message.payload.length === notification.payload.length)
      return endpoint.confirm(peer, message, settled);
    let stopWaiting = (): void => undefined;
    const stopSending = endpoint.confirm(peer, message, (outcome) => {
      if (outcome === 'acked') stopWaiting = this.#whenFetched(request, () => settled('acked'));
      else settled(outcome);
    });
    return () => {
      stopWaiting();
      stopSending();
    };
  }

  /** Calls once when the peer has fetched the last block, or takes too long to; the returned function waits no longer. */
  #whenFetched(request: Inbound, call: () => void): () => void {
    const done = (): void => {
      stop();
      call();
    };
    const timer = this.#parts.endpoint.clock.after(fetchWithin, done);
    const forget = this.#parts.blocks.whenFetched(request, done);
    const stop = (): void => {
      timer.cancel();
      forget();
    };
    return stop;
  }

  /** Finds out which peers are gone, so that their observations make room. */
  #probe(): void {
    const peers = new Map([...this.#entries.values()].map(({ request }) => [request.peer.key, request.peer]));
    for (const peer of peers.values()) {
      this.#parts.endpoint.ping(peer, (outcome) => {
        if (outcome === 'timeout' || outcome === 'unreachable') this.forget(peer);
      });
    }
  }

  #of(peer: string): readonly Entry[] {
    return [...this.#entries.values()].filter(({ request }) => request.peer.key === peer);
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xffffff; // RFC 7641 section 3.4
    return this.#sequence;
  }
}

const keyOf = ({ peer, token }: Inbound): string => `${peer.key} ${token.toString('latin1')}`;
