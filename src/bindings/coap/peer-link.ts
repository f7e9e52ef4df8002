import type { Clock, Timer } from '../../contracts/clock.ts';
import { silentLogger } from '../../contracts/logger.ts';
import { CoapEndpoint } from './coap-endpoint.ts';
import type { Inbound, Outcome, Peer, TokenEnvelope } from './coap-exchange.ts';
import { siftOptions } from './coap-option.ts';

/** Receives the responses to one token; false when they are no longer wanted. */
export type Receiver = (message: Inbound) => boolean;

const idleAtMost = 60_000;

/** The client's way to one peer: a socket for this peer alone, and who waits for which token. */
export class PeerLink {
  readonly #clock: Clock;
  readonly #endpoint: CoapEndpoint;
  readonly #peer: Peer;
  readonly #closed: () => void;
  readonly #receivers = new Map<string, Receiver>();
  #idle: Timer | undefined;

  /** `closed` is called when it has closed itself, after a minute without use. */
  constructor(peer: Peer, clock: Clock, closed: () => void) {
    this.#peer = peer;
    this.#clock = clock;
    this.#closed = closed;
    const response = (message: Inbound): boolean => this.#take(message);
    this.#endpoint = new CoapEndpoint({ response }, { clock, logger: silentLogger });
  }

  /** Rejects where the system knows no way to the peer. */
  async open(): Promise<void> {
    await this.#endpoint.connect(this.#peer);
    this.touch();
  }

  /** Sends a CON until it is acknowledged or given up; the returned function stops repeating it. */
  confirm(message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    return this.#endpoint.confirm(this.#peer, message, settled);
  }

  /** Directs all responses with this token to a receiver, until the returned function is called. */
  receive(token: Buffer, receiver: Receiver): () => void {
    const key = token.toString('latin1');
    const before = this.#receivers.get(key);
    this.#receivers.set(key, receiver);
    this.#endpoint.keepAlive(true);
    return () => {
      if (this.#receivers.get(key) !== receiver) return;
      if (before === undefined) this.#receivers.delete(key);
      else this.#receivers.set(key, before);
      this.touch();
    };
  }

  /** Counts the idle minute anew; an idle link does not keep its process alive. */
  touch(): void {
    if (this.#receivers.size > 0) return;
    this.#endpoint.keepAlive(false);
    this.#idle?.cancel();
    this.#idle = this.#clock.after(idleAtMost, () => {
      if (this.#receivers.size > 0) return;
      this.#closed();
      void this.close();
    });
  }

  close(): Promise<void> {
    this.#idle?.cancel();
    return this.#endpoint.close();
  }

  #take(message: Inbound): boolean {
    const { options, refused } = siftOptions(message.options);
    if (refused !== undefined) return false; // RFC 7252 section 5.4.1
    return this.#receivers.get(message.token.toString('latin1'))?.({ ...message, options }) ?? false;
  }
}
