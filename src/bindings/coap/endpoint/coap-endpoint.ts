import type { Clock, Timer } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import {
  emptyCode,
  emptyMessage,
  encodeMessage,
  type Message,
  parseMessage,
} from '../messages/coap-message.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Carrier } from './carrier.ts';
import { CoapExchange, type ExchangeSender } from './coap-exchange.ts';
import type { Endpoint, EndpointListener, Inbound, Outcome, Peer, TokenEnvelope, Watch } from './endpoint.ts';
import { fittedNotification } from './fitted-message.ts';
import { risingIds, shuffledIds } from './message-ids.ts';
import type { Reachability } from './reachability.ts';
import { SeenRequests } from './seen-requests.ts';

interface Pending {
  readonly peer: Peer;
  readonly watch: Watch | undefined;
  settle(outcome: Outcome): void;
}

export interface EndpointOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A server's, where what a peer calls its address may be forged. */
  readonly reachability?: Reachability;
}

const ackTimeout = 2000; // RFC 7252 section 4.8
const ackRandomFactor = 1.5;
const maxRetransmit = 4;
const claimedAtMost = 1024;
const unconfirmedBytes = 1024 * 1024;

/** The message layer over datagrams (RFC 7252 section 4): acknowledgement, repetition, duplicates, reset. */
export class CoapEndpoint implements Endpoint, ExchangeSender {
  readonly clock: Clock;
  readonly #logger: Logger;
  readonly #carrier: Carrier;
  readonly #listener: EndpointListener;
  readonly #seen: SeenRequests;
  readonly #pending = new Map<string, Pending>();
  /** What to call when a message is rejected that asked for no acknowledgement, as long as it may be under way. */
  readonly #unconfirmed: BoundedCache<() => void>;
  /** Answers that wait for the ACK of peers who only claim their address. */
  #claimed = 0;
  readonly #reachability: Reachability | undefined;
  readonly #begun: CoapExchange[] = [];
  #isClosed = false;
  readonly nextId: () => number;

  constructor(carrier: Carrier, listener: EndpointListener, options: EndpointOptions) {
    this.#carrier = carrier;
    this.#listener = listener;
    this.clock = options.clock;
    this.#logger = options.logger;
    this.#seen = new SeenRequests(options.clock);
    this.#unconfirmed = new BoundedCache({ clock: options.clock, maxBytes: unconfirmedBytes });
    this.#reachability = options.reachability;
    this.nextId = options.reachability === undefined ? risingIds() : shuffledIds();
  }

  /** Opens the carrier; rejects as that does. */
  async open(): Promise<void> {
    await this.#carrier.open({
      datagram: (bytes, peer) => this.#receive(bytes, peer),
      failed: (error, peer) => {
        if (peer === undefined) this.#logger.warn('CoAP transport error', { error });
        else this.#logger.debug('CoAP session over', { error, peer });
        this.#giveUp('unreachable', peer);
        if (peer === undefined) this.#listener.lost?.();
        else this.#listener.gone?.(peer);
      },
    });
  }

  get port(): number {
    return this.#carrier.port;
  }

  keepAlive(on: boolean): void {
    this.#carrier.keepAlive(on);
  }

  transmit(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void {
    if (peer.allowance?.take(bytes.length) === false) return;
    this.#carrier.send(peer, bytes, (error) => {
      this.#logger.debug('CoAP datagram not sent', { peer, error });
      failed?.(error);
    });
  }

  send(peer: Peer, envelope: TokenEnvelope, rejected?: () => void): void {
    const fitted = fittedNotification(envelope, peer.allowance);
    const message: Message = { ...fitted, type: 'NON', id: this.nextId() };
    if (rejected !== undefined) this.#unconfirmed.set(pendingKey(peer, message.id), rejected, 0);
    this.transmit(peer, encodeMessage(message));
    envelope.watch?.('sent', message);
  }

  confirm(peer: Peer, envelope: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    if (this.#isClosed) {
      settled('closed');
      return () => undefined;
    }
    const { watch } = envelope;
    let id = this.nextId();
    while (this.#pending.has(pendingKey(peer, id))) id = this.nextId();
    const key = pendingKey(peer, id);
    const message: Message = { ...fittedNotification(envelope, peer.allowance), type: 'CON', id };
    const bytes = encodeMessage(message);
    let timer: Timer | undefined;
    const settle = (outcome: Outcome): void => {
      timer?.cancel();
      // The id may serve another message by now.
      if (this.#pending.get(key)?.settle !== settle) return;
      this.#pending.delete(key);
      if (outcome === 'acked' || outcome === 'reset') peer.allowance?.earn(bytes.length);
      settled(outcome);
    };
    const attempt = (wait: number, left: number): void => {
      timer = this.clock.after(wait, () => (left === 0 ? settle('timeout') : attempt(wait * 2, left - 1)));
      this.transmit(peer, bytes, () => settle('unreachable'));
      watch?.('sent', message);
    };
    this.#pending.set(key, { peer, settle, watch });
    attempt(ackTimeout * (1 + Math.random() * (ackRandomFactor - 1)), maxRetransmit);
    return () => settle('closed');
  }

  separate(peer: Peer, answer: TokenEnvelope): Promise<void> | undefined {
    // Who only claims an address never acknowledges, and its requests must not be under way for so long.
    if (peer.allowance === undefined)
      return new Promise((resolve) => this.confirm(peer, answer, () => resolve()));
    if (this.#claimed === claimedAtMost) {
      this.send(peer, answer);
      return;
    }
    this.#claimed += 1;
    this.confirm(peer, answer, () => {
      this.#claimed -= 1;
    });
  }

  ping(peer: Peer, settled: (outcome: Outcome) => void): void {
    this.confirm(peer, emptyMessage, settled);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUp('closed');
    await this.#carrier.close();
  }

  #giveUp(outcome: Outcome, of?: Peer): void {
    for (const { peer, settle } of [...this.#pending.values()]) {
      if (of === undefined || peer.key === of.key) settle(outcome);
    }
  }

  #receive(bytes: Buffer, peer: Peer): void {
    try {
      const message = { ...parseMessage(bytes), peer, bytes: bytes.length };
      // RFC 7252 section 8.1: to a group only requests are sent, and those non-confirmable.
      if (!peer.isMulticast || (message.type === 'NON' && isRequest(message.code))) this.#dispatch(message);
    } catch (error) {
      if (!(error instanceof WotError)) this.#logger.error('CoAP message not handled', { peer, error });
      // RFC 7252 section 4.2: a confirmable message that cannot be processed is rejected, all others are ignored.
      else if (bytes.length >= 4 && bytes.readUInt8(0) >> 4 === 4 && !peer.isMulticast)
        this.#reset(peer, bytes.readUInt16BE(2));
    }
  }

  #dispatch(message: Inbound): void {
    const { type, code, peer, id } = message;
    if (type === 'ACK' || type === 'RST') {
      if (!isAnswer(message)) return;
      const isAwaited = this.#settle(message);
      // RFC 7252 section 5.3.2: a piggybacked response has the id of the request, so a repeated one is nobody's.
      if (type === 'ACK' && isResponse(code) && isAwaited) this.#listener.response(message);
    } else if (isResponse(code)) {
      const expected = this.#listener.response(message);
      if (!expected) this.#reset(peer, id);
      else if (type === 'CON') this.#sendEmpty(peer, 'ACK', id);
    } else if (isRequest(code) && this.#listener.request !== undefined) {
      this.#request(message);
    } else if (type === 'CON') this.#reset(peer, id); // ping (section 4.3), reserved codes, requests to a client
  }

  /** Whether something waited for it. */
  #settle(message: Inbound): boolean {
    const { type, code, peer, id } = message;
    const pending = this.#pending.get(pendingKey(peer, id));
    // A response that comes with the ACK is told by who waits for it.
    if (code === emptyCode) pending?.watch?.('received', message);
    pending?.settle(type === 'ACK' ? 'acked' : 'reset');
    if (type === 'RST') this.#unconfirmed.get(pendingKey(peer, id))?.();
    return pending !== undefined;
  }

  #request(message: Inbound): void {
    const request = this.#reachability?.judged(message) ?? message;
    const key = pendingKey(message.peer, message.id);
    const seen = this.#seen.get(key, request);
    if (seen === undefined) {
      const remember = (reply?: Buffer, isBegun?: boolean): void =>
        this.#seen.set(key, request, reply, isBegun);
      const exchange = new CoapExchange(request, this, remember);
      if (this.#begun.push(exchange) === 1) setImmediate(() => this.#acknowledgeInTime());
      this.#listener.request?.(exchange);
    } else if (seen.reply !== undefined && !request.peer.isMulticast) {
      this.transmit(request.peer, seen.reply);
    }
  }

  /** Most exchanges are over in the same turn of the event loop, and need no timer. */
  #acknowledgeInTime(): void {
    for (const exchange of this.#begun.splice(0)) exchange.acknowledgeInTime();
  }

  #reset(peer: Peer, id: number): void {
    this.#sendEmpty(peer, 'RST', id);
  }

  #sendEmpty(peer: Peer, type: Message['type'], id: number): void {
    this.transmit(peer, encodeMessage({ ...emptyMessage, type, id }));
  }
}

const pendingKey = (peer: Peer, id: number): string => `${peer.key} ${id}`;

const isRequest = (code: string): boolean => code.startsWith('0.') && code !== emptyCode;

/** RFC 7252 section 4.2: a reset is empty, and an ACK carries nothing but a response; others are ignored. */
const isAnswer = ({ type, code }: Message): boolean =>
  code === emptyCode || (type === 'ACK' && isResponse(code));

const isResponse = (code: string): boolean => /^[245]\./.test(code);
