import type { Clock, Timer } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import {
  emptyBytes,
  emptyCode,
  encodeMessage,
  type Message,
  parseMessage,
} from '../messages/coap-message.ts';
import type { Carrier } from './carrier.ts';
import { CoapExchange, type ExchangeSender } from './coap-exchange.ts';
import type { Endpoint, EndpointListener, Inbound, Outcome, Peer, TokenEnvelope, Watch } from './endpoint.ts';
import { SeenRequests } from './seen-requests.ts';

interface Pending {
  readonly peer: Peer;
  readonly watch: Watch | undefined;
  settle(outcome: Outcome): void;
}

const ackTimeout = 2000; // RFC 7252 section 4.8
const ackRandomFactor = 1.5;
const maxRetransmit = 4;
const ping: TokenEnvelope = { code: emptyCode, token: emptyBytes, options: [], payload: emptyBytes };

/** The message layer over datagrams (RFC 7252 section 4): acknowledgement, repetition, duplicates, reset. */
export class CoapEndpoint implements Endpoint, ExchangeSender {
  readonly clock: Clock;
  readonly #logger: Logger;
  readonly #carrier: Carrier;
  readonly #listener: EndpointListener;
  readonly #seen: SeenRequests;
  readonly #pending = new Map<string, Pending>();
  #lastId = Math.floor(Math.random() * 0x10000);

  constructor(
    carrier: Carrier,
    listener: EndpointListener,
    options: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#carrier = carrier;
    this.#listener = listener;
    this.clock = options.clock;
    this.#logger = options.logger;
    this.#seen = new SeenRequests(options.clock);
  }

  /** Opens the carrier; rejects as that does. */
  async open(): Promise<void> {
    await this.#carrier.open({
      datagram: (bytes, peer) => this.#receive(bytes, peer),
      failed: (error, peer) => {
        this.#logger.warn('CoAP transport error', { error, ...(peer && { peer }) });
        this.#giveUp('unreachable', peer);
        if (peer !== undefined) this.#listener.gone?.(peer);
      },
    });
  }

  get port(): number {
    return this.#carrier.port;
  }

  keepAlive(on: boolean): void {
    this.#carrier.keepAlive(on);
  }

  nextId(): number {
    this.#lastId = (this.#lastId + 1) & 0xffff;
    return this.#lastId;
  }

  transmit(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void {
    this.#carrier.send(peer, bytes, (error) => {
      this.#logger.debug('CoAP datagram not sent', { peer, error });
      failed?.(error);
    });
  }

  send(peer: Peer, envelope: TokenEnvelope): void {
    const message: Message = { ...envelope, type: 'NON', id: this.nextId() };
    this.transmit(peer, encodeMessage(message));
    envelope.watch?.('sent', message);
  }

  confirm(peer: Peer, envelope: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    const { watch } = envelope;
    let id = this.nextId();
    while (this.#pending.has(pendingKey(peer, id))) id = this.nextId();
    const key = pendingKey(peer, id);
    const message: Message = { ...envelope, type: 'CON', id };
    const bytes = encodeMessage(message);
    let timer: Timer | undefined;
    const settle = (outcome: Outcome): void => {
      timer?.cancel();
      // The id may serve another message by now.
      if (this.#pending.get(key)?.settle === settle && this.#pending.delete(key)) settled(outcome);
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

  ping(peer: Peer, settled: (outcome: Outcome) => void): void {
    this.confirm(peer, ping, settled);
  }

  async close(): Promise<void> {
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
      this.#dispatch({ ...parseMessage(bytes), peer, bytes: bytes.length });
    } catch (error) {
      if (!(error instanceof WotError)) this.#logger.error('CoAP message not handled', { peer, error });
      // RFC 7252 section 4.2: a confirmable message that cannot be processed is rejected, all others are ignored.
      else if (bytes.length >= 4 && bytes.readUInt8(0) >> 4 === 4) this.#reset(peer, bytes.readUInt16BE(2));
    }
  }

  #dispatch(message: Inbound): void {
    const { type, code, peer, id } = message;
    if (type === 'ACK' || type === 'RST') {
      this.#settle(message);
      if (type === 'ACK' && isResponse(code)) this.#listener.response(message);
    } else if (isResponse(code)) {
      const expected = this.#listener.response(message);
      if (!expected) this.#reset(peer, id);
      else if (type === 'CON') this.#sendEmpty(peer, 'ACK', id);
    } else if (code.startsWith('0.') && code !== emptyCode && this.#listener.request !== undefined) {
      this.#request(message);
    } else if (type === 'CON') this.#reset(peer, id); // ping (section 4.3), reserved codes, requests to a client
  }

  #settle(message: Inbound): void {
    const { type, code, peer, id } = message;
    const pending = this.#pending.get(pendingKey(peer, id));
    // A response that comes with the ACK is told by who waits for it.
    if (code === emptyCode) pending?.watch?.('received', message);
    pending?.settle(type === 'ACK' ? 'acked' : 'reset');
  }

  #request(message: Inbound): void {
    const seen = this.#seen.get(message);
    if (seen === undefined) {
      const remember = (reply?: Buffer): void => this.#seen.set(message, reply);
      this.#listener.request?.(new CoapExchange(message, this, remember));
    } else if (seen.reply !== undefined) this.transmit(message.peer, seen.reply);
  }

  #reset(peer: Peer, id: number): void {
    this.#sendEmpty(peer, 'RST', id);
  }

  #sendEmpty(peer: Peer, type: Message['type'], id: number): void {
    this.transmit(
      peer,
      encodeMessage({ type, id, code: emptyCode, token: emptyBytes, options: [], payload: emptyBytes }),
    );
  }
}

const pendingKey = (peer: Peer, id: number): string => `${peer.key} ${id}`;

const isResponse = (code: string): boolean => /^[245]\./.test(code);
