import type { Timer } from '../../../contracts/clock.ts';
import {
  type Envelope,
  emptyBytes,
  emptyCode,
  encodeMessage,
  type Message,
} from '../messages/coap-message.ts';
import type { Endpoint, Exchange, Inbound, Peer } from './endpoint.ts';

/** What an exchange over datagrams needs of its endpoint. */
export interface ExchangeSender extends Endpoint {
  nextId(): number;
  transmit(peer: Peer, bytes: Buffer): void;
}

const acknowledgeAfter = 1000; // well below ACK_TIMEOUT (RFC 7252 section 5.2.2)

/** An exchange over datagrams; `reply` answers in the ACK while there is time, else in a message of its own. */
export class CoapExchange implements Exchange {
  readonly request: Inbound;
  readonly #sender: ExchangeSender;
  readonly #remember: (answer?: Buffer) => void;
  readonly #timer: Timer | undefined;
  #acknowledged = false;
  #replied = false;

  /** `remember` keeps the answer or ACK for repetitions of the request. */
  constructor(request: Inbound, sender: ExchangeSender, remember: (answer?: Buffer) => void) {
    this.request = request;
    this.#sender = sender;
    this.#remember = remember;
    remember();
    if (request.type === 'CON') this.#timer = sender.clock.after(acknowledgeAfter, () => this.#acknowledge());
  }

  reply(response?: Envelope): void {
    if (this.#replied) return;
    this.#replied = true;
    this.#timer?.cancel();
    if (response === undefined) {
      if (this.request.type === 'CON' && !this.#acknowledged) this.#acknowledge();
      return;
    }
    const { peer, token, type } = this.request;
    if (this.#acknowledged) this.#sender.confirm(peer, { ...response, token }, () => undefined);
    else if (type === 'CON') this.#send({ ...response, token, type: 'ACK', id: this.request.id });
    else this.#send({ ...response, token, type: 'NON', id: this.#sender.nextId() });
  }

  #acknowledge(): void {
    this.#acknowledged = true;
    const { id } = this.request;
    this.#send({ type: 'ACK', id, code: emptyCode, token: emptyBytes, options: [], payload: emptyBytes });
  }

  #send(message: Message): void {
    const bytes = encodeMessage(message);
    this.#remember(bytes);
    this.#sender.transmit(this.request.peer, bytes);
  }
}
