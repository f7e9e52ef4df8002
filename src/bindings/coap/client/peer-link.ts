import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { Inbound, Outcome, TokenEnvelope } from '../endpoint/endpoint.ts';
import { siftOptions } from '../messages/coap-option.ts';
import type { ClientTransport, Destination, OpenLink } from './client-transport.ts';

/** Receives the responses to one token; false when they are no longer wanted. */
export type Receiver = (message: Inbound) => boolean;

const idleAtMost = 60_000;

/** The client's way to one peer: an endpoint for this peer alone, and who waits for which token. */
export class PeerLink {
  readonly #clock: Clock;
  readonly #closed: () => void;
  readonly #receivers = new Map<string, Receiver>();
  #open: OpenLink | undefined;
  #idle: Timer | undefined;

  /** `closed` is called when it has closed itself: after a minute without use, or when its session ended. */
  constructor(clock: Clock, closed: () => void) {
    this.#clock = clock;
    this.#closed = closed;
  }

  /** Rejects where there is no way to the peer. */
  async open(to: Destination, transport: ClientTransport): Promise<void> {
    const gone = (): void => this.#close();
    const listener = { response: (message: Inbound) => this.#take(message), gone };
    this.#open = await transport(to, listener, this.#clock);
    this.touch();
  }

  /** Sends a message until it is acknowledged or given up; the returned function stops repeating it. */
  confirm(message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    const { endpoint, peer } = this.#open as OpenLink;
    return endpoint.confirm(peer, message, settled);
  }

  /** Directs all responses with this token to a receiver, until the returned function is called. */
  receive(token: Buffer, receiver: Receiver): () => void {
    const key = token.toString('latin1');
    const before = this.#receivers.get(key);
    this.#receivers.set(key, receiver);
    this.#open?.endpoint.keepAlive(true);
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
    this.#open?.endpoint.keepAlive(false);
    this.#idle?.cancel();
    this.#idle = this.#clock.after(idleAtMost, () => {
      if (this.#receivers.size === 0) this.#close();
    });
  }

  async close(): Promise<void> {
    this.#idle?.cancel();
    await this.#open?.endpoint.close();
  }

  #close(): void {
    this.#closed();
    void this.close();
  }

  #take(message: Inbound): boolean {
    const { options, refused } = siftOptions(message.options);
    if (refused !== undefined) return false; // RFC 7252 section 5.4.1
    return this.#receivers.get(message.token.toString('latin1'))?.({ ...message, options }) ?? false;
  }
}
