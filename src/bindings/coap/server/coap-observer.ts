import { WotError } from '../../../contracts/errors.ts';
import type { Change, Gap } from '../../../contracts/interaction.ts';
import { PacedSubscription } from '../../../interaction/paced-subscription.ts';
import type { Outcome } from '../endpoint/endpoint.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionNumber, uintOption } from '../messages/coap-option.ts';
import { type CoapCall, changeRecord, refuseRecords } from './coap-call.ts';
import type { Observable } from './thing-resources.ts';

/** Seconds after which a client that hears nothing registers again (RFC 7641 section 3.3.1). */
const maxAge = uintOption(optionNumber.maxAge, 60);

/** What an observation stands on. */
export interface ObserverParts {
  readonly call: CoapCall;
  readonly observable: Observable;
  /** Changes that wait at most; more are taken from the replay ring when there is room again. */
  readonly queue: number;
  /** Rising values of the Observe option. */
  nextSequence(): number;
  /** Sends one notification until it is acknowledged or given up; the returned function gives it up. */
  send(notification: Envelope, settled: (outcome: Outcome) => void): () => void;
  problem(error: unknown): Envelope;
  /** Called once when it is over. */
  removed(): void;
}

/**
 * One observation (RFC 7641): confirmable notifications in order, one at a time. It ends by reset, by silence, by the
 * peer's wish, or with an error notification when the Thing goes or changes were lost.
 */
export class CoapObserver {
  readonly #parts: ObserverParts;
  readonly #subscription: PacedSubscription;
  readonly #waiting: (Change | { readonly gap: Gap })[] = [];
  #final: Envelope | undefined;
  #state: 'starting' | 'idle' | 'sending' | 'over' = 'starting';
  #giveUp: () => void = () => undefined;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
    const { call, observable } = parts;
    const { principal, uriVariables } = call;
    this.#subscription = new PacedSubscription({
      ready: () => this.#waiting.length < parts.queue,
      change: (change) => this.#push(change),
      gap: (gap) => (call.after === undefined ? this.#finish(changesLost()) : this.#push({ gap })),
      ended: () => this.#finish(thingGone()),
      failed: (error) => this.#finish(error),
      subscribe(subscriber, after) {
        const context = { principal, uriVariables, ...(after === undefined ? {} : { after }) };
        return observable.subscribe(subscriber, context);
      },
    });
  }

  /** Subscribes and gives the first response; nothing follows before `proceed`. WotError where subscribing fails. */
  async start(): Promise<Envelope> {
    const { call } = this.#parts;
    const { shape } = this.#parts.observable;
    const nothing = call.answer('2.05', undefined, shape && { shape });
    if (call.after !== undefined) refuseRecords(shape);
    await this.#subscription.start(call.after);
    return this.#numbered(this.#next() ?? nothing);
  }

  /** The peer has the first response. */
  proceed(): void {
    if (this.#isOver()) return;
    this.#state = 'idle';
    this.#subscription.resume();
    this.#pump();
  }

  /** Ends at once without a word to the peer. */
  end(): void {
    if (this.#isOver()) return;
    this.#state = 'over';
    this.#waiting.length = 0;
    this.#subscription.stop();
    this.#giveUp();
    this.#parts.removed();
  }

  /** Tells the peer why it is over, after what waits already. */
  #finish(error: unknown): void {
    this.#final ??= this.#parts.problem(error);
    this.#subscription.stop();
    this.#pump();
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  #push(item: Change | { readonly gap: Gap }): void {
    this.#waiting.push(item);
    this.#pump();
  }

  #pump(): void {
    if (this.#state !== 'idle') return;
    try {
      const notification = this.#next();
      if (notification !== undefined) this.#send(this.#numbered(notification));
      else if (this.#final !== undefined) this.#send(this.#final);
    } catch (error) {
      this.#waiting.length = 0;
      this.#finish(error);
    }
  }

  #send(notification: Envelope): void {
    this.#state = 'sending';
    this.#giveUp = this.#parts.send(notification, (outcome) => {
      // RFC 7641 sections 3.6 and 4.5: reset and silence end it, as an error notification does.
      if (outcome !== 'acked' || notification === this.#final) this.end();
      else this.proceed();
    });
  }

  /** The next representation: one change, or after `?after={id}` the records of all that wait. */
  #next(): Envelope | undefined {
    const { call } = this.#parts;
    const { shared } = this.#parts.observable;
    if (call.after !== undefined) {
      const records = this.#waiting.splice(0);
      if (records.length === 0) return undefined;
      return call.answer(
        '2.05',
        records.map((item) => ('gap' in item ? item : changeRecord(item, shared))),
      );
    }
    const change = this.#waiting.shift();
    if (change === undefined || 'gap' in change) return undefined;
    return call.answerChange(change, this.#parts.observable);
  }

  #numbered(notification: Envelope): Envelope {
    const sequence = uintOption(optionNumber.observe, this.#parts.nextSequence());
    return { ...notification, options: [...notification.options, sequence, maxAge] };
  }
}

function changesLost(): WotError {
  const message =
    'This observer was too slow and changes were lost; observe again, GET ?after={id} tells what is kept.';
  return new WotError('overloaded', 'OBSERVER_TOO_SLOW', message);
}

function thingGone(): WotError {
  return new WotError('not-found', 'THING_GONE', 'The Thing is no longer hosted here.');
}
