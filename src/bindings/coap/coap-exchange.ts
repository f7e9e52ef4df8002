import type { Clock, Timer } from '../../contracts/clock.ts';
import type { BoundedCache } from './bounded-cache.ts';
import { type Envelope, emptyBytes, encodeMessage, type Message } from './coap-message.ts';

/** A transport address; `address` is an IP literal. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** A message with its sender; `peerKey` names the endpoint in maps. */
export interface Inbound extends Message {
  readonly peer: Peer;
  readonly peerKey: string;
}

/** How a confirmable message ended. */
export type Outcome = 'acked' | 'reset' | 'timeout' | 'unreachable' | 'closed';

/** What an exchange needs of its endpoint. */
export interface MessageSender {
  readonly clock: Clock;
  nextId(): number;
  transmit(peer: Peer, bytes: Buffer, failed?: (error: Error) => void): void;
  /** Sends a CON until it is acknowledged or given up; the returned function stops repeating it. */
  confirm(peer: Peer, message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void;
}

/** An envelope of one exchange. */
export interface TokenEnvelope extends Envelope {
  readonly token: Buffer;
}

/** A request that was seen: its token as latin1 text, and its answer or ACK, once there is one. */
export interface SeenRequest {
  readonly token: string;
  readonly reply?: Buffer;
}

/** The key of a request among those seen (RFC 7252 section 4.5). */
export const seenKey = ({ peerKey, id }: Inbound): string => `${peerKey} ${id}`;

const acknowledgeAfter = 1000; // well below ACK_TIMEOUT (RFC 7252 section 5.2.2)

/** One request on the server's side; `reply` answers in the ACK while there is time, else in a message of its own. */
export class Exchange {
  readonly request: Inbound;
  readonly #sender: MessageSender;
  readonly #seen: BoundedCache<SeenRequest>;
  readonly #timer: Timer | undefined;
  #acknowledged = false;
  #replied = false;

  constructor(request: Inbound, sender: MessageSender, seen: BoundedCache<SeenRequest>) {
    this.request = request;
    this.#sender = sender;
    this.#seen = seen;
    this.#remember();
    if (request.type === 'CON') this.#timer = sender.clock.after(acknowledgeAfter, () => this.#acknowledge());
  }

  /** Answers once; later calls do nothing. */
  reply(response: Envelope): void {
    if (this.#replied) return;
    this.#replied = true;
    this.#timer?.cancel();
    const { peer, token, type } = this.request;
    if (this.#acknowledged) this.#sender.confirm(peer, { ...response, token }, () => undefined);
    else if (type === 'CON') this.#send({ ...response, token, type: 'ACK', id: this.request.id });
    else this.#send({ ...response, token, type: 'NON', id: this.#sender.nextId() });
  }

  #acknowledge(): void {
    this.#acknowledged = true;
    const { id } = this.request;
    this.#send({ type: 'ACK', id, code: '0.00', token: emptyBytes, options: [], payload: emptyBytes });
  }

  #send(message: Message): void {
    const bytes = encodeMessage(message);
    this.#remember(bytes);
    this.#sender.transmit(this.request.peer, bytes);
  }

  #remember(reply?: Buffer): void {
    const token = this.request.token.toString('latin1');
    this.#seen.set(
      seenKey(this.request),
      reply === undefined ? { token } : { token, reply },
      reply?.length ?? 0,
    );
  }
}
