import type { Clock, Timer } from '../../contracts/clock.ts';
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
  /** Is told of it each time it leaves, and of the empty message that answers it. */
  readonly watch?: Watch | undefined;
}

/** Is told of messages as they are sent and received. */
export type Watch = (direction: 'sent' | 'received', message: Message) => void;

const acknowledgeAfter = 1000; // well below ACK_TIMEOUT (RFC 7252 section 5.2.2)

/** One request on the server's side; `reply` answers in the ACK while there is time, else in a message of its own. */
export class Exchange {
  readonly request: Inbound;
  readonly #sender: MessageSender;
  readonly #remember: (answer?: Buffer) => void;
  readonly #timer: Timer | undefined;
  #acknowledged = false;
  #replied = false;

  /** `remember` keeps the answer or ACK for repetitions of the request. */
  constructor(request: Inbound, sender: MessageSender, remember: (answer?: Buffer) => void) {
    this.request = request;
    this.#sender = sender;
    this.#remember = remember;
    remember();
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
}
