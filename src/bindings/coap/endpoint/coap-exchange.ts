import type { Timer } from '../../../contracts/clock.ts';
import { readBlock } from '../messages/block.ts';
import { type Envelope, emptyMessage, encodeMessage, type Message } from '../messages/coap-message.ts';
import { optionNumber } from '../messages/coap-option.ts';
import type { Endpoint, Exchange, Inbound, Peer, TokenEnvelope } from './endpoint.ts';
import { fittedResponse } from './fitted-message.ts';

/** What an exchange over datagrams needs of its endpoint. */
export interface ExchangeSender extends Endpoint {
  nextId(): number;
  transmit(peer: Peer, bytes: Buffer): void;
  /** Sends an answer after its ACK (RFC 7252 section 5.2.2); a promise, where there is one, resolves when it is acknowledged or given up. */
  separate(peer: Peer, answer: TokenEnvelope): Promise<void> | undefined;
}

/** Keeps the answer or ACK for repetitions of the request; `isBegun` says that it is the first of several blocks. */
type Remember = (answer?: Buffer, isBegun?: boolean) => void;

const acknowledgeAfter = 1000; // well below ACK_TIMEOUT (RFC 7252 section 5.2.2)

/** An exchange over datagrams; `reply` answers in the ACK while there is time, else in a message of its own. */
export class CoapExchange implements Exchange {
  readonly request: Inbound;
  readonly #sender: ExchangeSender;
  readonly #remember: Remember;
  #timer: Timer | undefined;
  #acknowledged = false;
  #replied = false;

  constructor(request: Inbound, sender: ExchangeSender, remember: Remember) {
    this.request = request;
    this.#sender = sender;
    this.#remember = remember;
    remember();
  }

  /** Has the request acknowledged while the answer takes longer. */
  acknowledgeInTime(): void {
    if (this.#replied || this.request.type !== 'CON') return;
    this.#timer = this.#sender.clock.after(acknowledgeAfter, () => this.#acknowledge());
  }

  reply(response?: Envelope): Promise<void> | undefined {
    if (this.#replied) return;
    this.#replied = true;
    this.#timer?.cancel();
    if (response === undefined) {
      if (this.request.type === 'CON' && !this.#acknowledged) this.#acknowledge();
      return;
    }
    const { peer, token, type } = this.request;
    const fitted = { ...fittedResponse(response, this.request), token };
    if (this.#acknowledged) return this.#sender.separate(peer, fitted);
    if (type === 'CON') this.#send({ ...fitted, type: 'ACK', id: this.request.id });
    else this.#send({ ...fitted, type: 'NON', id: this.#sender.nextId() });
    peer.allowance?.answered();
  }

  #acknowledge(): void {
    this.#acknowledged = true;
    const { id, peer } = this.request;
    peer.allowance?.answered();
    this.#send({ ...emptyMessage, type: 'ACK', id });
  }

  #send(message: Message): void {
    const bytes = encodeMessage(message);
    const block = readBlock(message.options, optionNumber.block2);
    this.#remember(bytes, block?.num === 0 && block.more);
    this.#sender.transmit(this.request.peer, bytes);
  }
}
