import type { Timer } from '../../../contracts/clock.ts';
import type { WotError } from '../../../contracts/errors.ts';
import type { Endpoint, Inbound, Peer } from '../endpoint/endpoint.ts';
import { fittedResponse } from '../endpoint/fitted-message.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint } from '../messages/coap-option.ts';
import type { BlockTransfers } from './block-transfers.ts';
import type { CoapCall } from './coap-call.ts';
import { CoapObserver } from './coap-observer.ts';
import { ObservingPeer } from './observing-peer.ts';
import { PeerBounds } from './peer-bounds.ts';
import { SendingTurns } from './sending-turns.ts';
import type { Observable } from './thing-resources.ts';
import { isSameTransfer } from './transfer-key.ts';

const bounds = { most: 4096, mostUnverified: 1024, mostPerAddress: 2048, mostPerPeer: 256 };
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

/** All observations of a server, by endpoint and token (RFC 7641 section 4.1), bounded in number; those of silent peers end. */
export class CoapObservers {
  readonly #parts: ObserversParts;
  readonly #peers = new Map<string, ObservingPeer>();
  readonly #held = new PeerBounds(bounds);
  readonly #turns = new SendingTurns();
  readonly #probing: Timer;

  constructor(parts: ObserversParts) {
    this.#parts = parts;
    this.#probing = parts.endpoint.clock.every(probeEvery, () => {
      for (const peer of this.#peers.values()) peer.probe();
    });
  }

  /** Whether an observation is renewed, or there is room for one more. */
  admits(request: Inbound): boolean {
    return this.#held.exceeded(request.peer) === undefined || this.#find(request) !== undefined;
  }

  /** Adds, renews or replaces the observation of this token and gives its first response, or the first block of it. */
  async add(request: Inbound, observable: Observable, call: CoapCall): Promise<Envelope> {
    const { blocks } = this.#parts;
    const earlier = this.#find(request);
    const peer = this.#peerOf(request.peer);
    const observer = this.#observer({ request, observable, call }, peer);
    this.#held.take(request.peer);
    peer.set(request.token, observer);
    try {
      const whole = await observer.start(
        earlier && { observer: earlier, isRenewed: isSameTransfer(earlier.request, request) },
      );
      const first = blocks.begin(request, whole);
      peer.begun(observer, first.payload.length < whole.payload.length);
      // Who is first asked for an Echo observes nothing.
      if (!isObserving(fittedResponse(first, request))) observer.end();
      return first;
    } catch (error) {
      observer.end();
      throw error;
    }
  }

  /** Ends the observation of this token where a GET, which does not register, says so (RFC 7641 section 3.6); a plain one for the same resource does. */
  cancel(request: Inbound): void {
    const observer = this.#find(request);
    if (observer === undefined) return;
    const observe = optionUint(request.options, optionNumber.observe);
    if (observe === 1 || isSameTransfer(observer.request, request)) observer.end();
  }

  /** Ends the observations of a peer that is gone. */
  forget({ key }: Peer): void {
    this.#peers.get(key)?.end();
  }

  /** Ends all observations with an error notification each, sent once. */
  close(error: WotError): void {
    this.#probing.cancel();
    const { endpoint, problem } = this.#parts;
    for (const observer of [...this.#peers.values()].flatMap(({ observers }) => observers)) {
      const { request } = observer;
      endpoint.send(request.peer, { ...problem(request, error), token: request.token });
      observer.end();
    }
  }

  #observer(asked: Asked, peer: ObservingPeer): CoapObserver {
    const { endpoint, queue, problem } = this.#parts;
    const observer: CoapObserver = new CoapObserver({
      ...asked,
      queue,
      clock: endpoint.clock,
      problem: (error) => problem(asked.request, error),
      due: () => peer.due(observer),
      removed: () => this.#removed(observer, peer),
    });
    return observer;
  }

  #removed(observer: CoapObserver, from: ObservingPeer): void {
    const { peer } = observer.request;
    this.#held.give(peer);
    from.remove(observer);
    if (from.size === 0 && this.#peers.get(peer.key) === from) this.#peers.delete(peer.key);
  }

  #find({ peer, token }: Inbound): CoapObserver | undefined {
    return this.#peers.get(peer.key)?.get(token);
  }

  #peerOf({ key }: Peer): ObservingPeer {
    const { endpoint, blocks } = this.#parts;
    const peer = this.#peers.get(key) ?? new ObservingPeer({ endpoint, blocks, turns: this.#turns });
    this.#peers.set(key, peer);
    return peer;
  }
}

const isObserving = ({ options }: Envelope): boolean =>
  optionBytes(options, optionNumber.observe) !== undefined;

interface Asked {
  readonly request: Inbound;
  readonly observable: Observable;
  readonly call: CoapCall;
}
