import type { Timer } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import type { BlockTransfers } from './block-transfers.ts';
import type { CoapCall } from './coap-call.ts';
import type { CoapEndpoint } from './coap-endpoint.ts';
import type { Inbound, Outcome } from './coap-exchange.ts';
import { type Envelope, encodeMessage } from './coap-message.ts';
import { CoapObserver } from './coap-observer.ts';
import type { Resource } from './thing-resources.ts';

const observersAtMost = 4096;
const fetchWithin = 5000;

/** The error response that fits a request. */
export type ProblemMaker = (request: Inbound, error: unknown) => Envelope;

export interface ObserversParts {
  readonly endpoint: CoapEndpoint;
  readonly blocks: BlockTransfers;
  /** Changes that may wait per observer. */
  readonly queue: number;
  readonly problem: ProblemMaker;
}

interface Entry {
  readonly request: Inbound;
  readonly observer: CoapObserver;
}

/** All observations of a server, by endpoint and token (RFC 7641 section 4.1), bounded in number. */
export class CoapObservers {
  readonly #entries = new Map<string, Entry>();
  readonly #endpoint: CoapEndpoint;
  readonly #blocks: BlockTransfers;
  readonly #queue: number;
  readonly #problem: ProblemMaker;
  #sequence = 0;

  constructor(parts: ObserversParts) {
    this.#endpoint = parts.endpoint;
    this.#blocks = parts.blocks;
    this.#queue = parts.queue;
    this.#problem = parts.problem;
  }

  /** Adds or replaces the observation of this token and gives its first response; WotError `overloaded` when there are too many. */
  async add(request: Inbound, resource: Resource, call: CoapCall): Promise<Envelope> {
    this.remove(request);
    if (this.#entries.size >= observersAtMost) {
      const message = `The servient has ${observersAtMost} CoAP observers and takes no more; try again later.`;
      throw new WotError('overloaded', 'TOO_MANY_OBSERVERS', message, { retryAfter: 60 });
    }
    const key = keyOf(request);
    const observer: CoapObserver = new CoapObserver({
      call,
      resource,
      queue: this.#queue,
      nextSequence: () => this.#nextSequence(),
      send: (notification, settled) => this.#send(request, notification, settled),
      problem: (error) => this.#problem(request, error),
      removed: () => {
        if (this.#entries.get(key)?.observer === observer) this.#entries.delete(key);
      },
    });
    this.#entries.set(key, { request, observer });
    try {
      return await observer.start();
    } catch (error) {
      observer.end();
      throw error;
    }
  }

  /** Ends the observation that this request belongs to, if there is one. */
  remove(request: Inbound): void {
    this.#entries.get(keyOf(request))?.observer.end();
  }

  /** Ends all observations with an error notification each, sent once. */
  close(error: WotError): void {
    for (const { request, observer } of [...this.#entries.values()]) {
      const { peer, token } = request;
      const bytes = encodeMessage({
        ...this.#problem(request, error),
        token,
        type: 'NON',
        id: this.#endpoint.nextId(),
      });
      this.#endpoint.transmit(peer, bytes);
      observer.end();
    }
  }

  /** A notification in blocks counts as sent when the peer has fetched its last block, or takes too long to. */
  #send(request: Inbound, notification: Envelope, settled: (outcome: Outcome) => void): () => void {
    const { peer, token } = request;
    const message = { ...this.#blocks.begin(request, notification), token };
    if (message.payload.length === notification.payload.length)
      return this.#endpoint.confirm(peer, message, settled);
    let timer: Timer | undefined;
    const fetched = (): void => {
      if (timer === undefined) return;
      timer.cancel();
      timer = undefined;
      settled('acked');
    };
    const stop = this.#endpoint.confirm(peer, message, (outcome) => {
      if (outcome !== 'acked') return settled(outcome);
      timer = this.#endpoint.clock.after(fetchWithin, fetched);
      this.#blocks.whenFetched(request, fetched);
    });
    return () => {
      timer?.cancel();
      stop();
    };
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xffffff; // RFC 7641 section 3.4
    return this.#sequence;
  }
}

const keyOf = ({ peerKey, token }: Inbound): string => `${peerKey} ${token.toString('latin1')}`;
