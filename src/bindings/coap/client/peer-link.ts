import type { Timer } from '../../../contracts/clock.ts';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { WaitingLine } from '../../../contracts/waiting-line.ts';
import { BoundedCache } from '../endpoint/bounded-cache.ts';
import type { Capacity, Inbound, Outcome, Peer, TokenEnvelope } from '../endpoint/endpoint.ts';
import { optionBytes, optionNumber, siftOptions } from '../messages/coap-option.ts';
import type { ClientParts, ClientTransport, Destination, OpenLink } from './client-transport.ts';

/** Who waits for what comes with one token. */
export interface Receiver {
  /** Takes a response; false when it is no longer wanted. */
  response(message: Inbound): boolean;
  /** A response that was taken came again, and is acknowledged again. */
  repeated?(message: Inbound): void;
  /** The way to the peer is lost: nothing more comes. */
  lost(error?: Error): void;
}

export interface LinkOptions extends ClientParts {
  /** Messages that may wait for their acknowledgement at the same time (RFC 7252 section 4.7). */
  readonly nstart: number;
  /** Called when it has closed itself: after a minute without use, or when the way to the peer is lost. */
  closed(): void;
}

const idleAtMost = 60_000;
const waitAtMost = 1000;
const takenBytes = 64 * 1024;
const line = '';

/** The client's way to one peer: an endpoint for this peer alone, who waits for which token, and who for the turn to send. */
export class PeerLink {
  readonly #options: LinkOptions;
  readonly #receivers = new Map<string, Receiver>();
  readonly #line: WaitingLine;
  readonly #alone = new WaitingLine(1);
  #taken: BoundedCache<true>;
  #open: OpenLink | undefined;
  #idle: Timer | undefined;
  #echo: Buffer | undefined;
  #isLost = false;
  #isLeaving = false;
  /** The peer has answered on this way. */
  isProven = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#line = new WaitingLine(options.nstart);
    this.#taken = this.#nothingTaken();
  }

  /** Rejects where there is no way to the peer. */
  async open(to: Destination, transport: ClientTransport): Promise<void> {
    const lost = (): void => this.#lose();
    const gone = (_peer: Peer, error?: Error): void => this.#lose(error);
    const leaving = (): void => this.#leave();
    const listener = { response: (message: Inbound) => this.#take(message), gone, lost, leaving };
    this.#open = await transport(to, listener, this.#options);
    this.touch();
  }

  /**
   * Sends a message when its turn comes, until it is acknowledged or given up; the returned function gives it up. Throws
   * WotError `overloaded` TOO_MANY_WAITING.
   */
  confirm(message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    const { endpoint, peer } = this.#open as OpenLink;
    let giveUp = (): void => undefined;
    const ended = (outcome: Outcome): void => {
      settled(outcome);
      if (outcome === 'unreachable') this.#lose();
      this.#line.done(line);
    };
    const waiting = {
      start: () => {
        if (this.#isLost) ended('unreachable');
        else giveUp = endpoint.confirm(peer, message, ended);
      },
    };
    if (this.#line.lengthOf(line) === waitAtMost) throw tooManyWaiting();
    this.#line.enter(line, waiting);
    return () => {
      this.#line.leave(line, waiting);
      giveUp();
    };
  }

  /** How large messages to the peer may be, where a connection carries them. */
  get capacity(): Capacity | undefined {
    return this.#open?.peer.capacity;
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

  /** Works when nobody else works at the same on this way; rejects with the signal's reason, or as the work does. */
  async alone<R>(at: string, signal: AbortSignal, work: () => Promise<R>): Promise<R> {
    const turn = Promise.withResolvers<void>();
    const waiting = { start: turn.resolve };
    this.#alone.enter(at, waiting);
    try {
      await abortable(turn.promise, signal);
      return await work();
    } finally {
      if (!this.#alone.leave(at, waiting)) this.#alone.done(at);
    }
  }

  /** What comes may have the ids of before: the peer may have been restarted. */
  renew(): void {
    this.#taken = this.#nothingTaken();
  }

  #nothingTaken(): BoundedCache<true> {
    return new BoundedCache({ clock: this.#options.clock, maxBytes: takenBytes });
  }

  /** The Echo value that the next request to this peer carries, once (RFC 9175 section 2.3). */
  takeEcho(): Buffer | undefined {
    const echo = this.#echo;
    this.#echo = undefined;
    return echo;
  }

  /** Counts the idle minute anew; an idle link does not keep its process alive. */
  touch(): void {
    if (this.#receivers.size > 0 || this.#isLost) return;
    if (this.#isLeaving) return void this.close();
    this.#open?.endpoint.keepAlive(false);
    this.#idle?.cancel();
    this.#idle = this.#options.clock.after(idleAtMost, () => {
      if (this.#receivers.size > 0) return;
      this.#options.closed();
      void this.close();
    });
  }

  async close(): Promise<void> {
    this.#idle?.cancel();
    await this.#open?.endpoint.close();
  }

  /** The peer takes no more requests: others find a new way, what is under way ends on this one. */
  #leave(): void {
    this.#isLeaving = true;
    this.#options.closed();
    this.touch();
  }

  /** Also where this host has got another address: its old socket reaches nobody any more. */
  #lose(error?: Error): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#options.closed();
    for (const receiver of [...this.#receivers.values()]) receiver.lost(error);
    void this.close();
  }

  #take(message: Inbound): boolean {
    this.isProven = true;
    const { options, refused } = siftOptions(message.options);
    if (refused !== undefined) return false; // RFC 7252 section 5.4.1
    const token = message.token.toString('latin1');
    const receiver = this.#receivers.get(token);
    // Over connections nothing comes twice, and ids say nothing.
    const key = this.capacity === undefined && message.type !== 'ACK' ? `${message.id} ${token}` : undefined;
    if (key !== undefined && this.#taken.get(key)) {
      receiver?.repeated?.(message);
      return true; // RFC 7252 section 4.5
    }
    if (!receiver?.response({ ...message, options })) return false;
    if (key !== undefined) this.#taken.set(key, true, 0);
    if (message.code !== '4.01') this.#echo = optionBytes(options, optionNumber.echo) ?? this.#echo;
    return true;
  }
}

function tooManyWaiting(): WotError {
  const message = `${waitAtMost} messages to this peer wait for their turn; send less, or allow more at once with the option nstart.`;
  return new WotError('overloaded', 'TOO_MANY_WAITING', message);
}
