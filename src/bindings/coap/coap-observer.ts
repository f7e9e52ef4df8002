import { WotError } from '../../contracts/errors.ts';
import type { Change, Gap, Unsubscribe } from '../../contracts/interaction.ts';
import { pacedSubscriber } from '../../interaction/paced-subscriber.ts';
import { type CoapCall, changeRecord } from './coap-call.ts';
import type { Outcome } from './coap-exchange.ts';
import type { Envelope } from './coap-message.ts';
import { optionNumber, uintOption } from './coap-option.ts';
import type { Resource } from './thing-resources.ts';

/** What an observation stands on. */
export interface ObserverParts {
  readonly call: CoapCall;
  readonly resource: Resource;
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
  readonly #subscriber: ReturnType<typeof pacedSubscriber>;
  readonly #waiting: (Change | { readonly gap: Gap })[] = [];
  #unsubscribe: Unsubscribe = () => undefined;
  #final: Envelope | undefined;
  #state: 'starting' | 'idle' | 'sending' | 'over' = 'starting';
  #giveUp: () => void = () => undefined;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
    const { call, resource } = parts;
    this.#subscriber = pacedSubscriber({
      ready: () => this.#waiting.length < parts.queue,
      change: (change) => this.#push(change),
      gap: (gap) => (call.after === undefined ? this.#finish(changesLost()) : this.#push({ gap })),
      ended: () => this.#finish(thingGone()),
      replay: (after) => resource.thing?.interactions.replay(after, call) ?? { changes: [] },
      wanted: (change) => resource.observable?.wanted(change) === true,
    });
  }

  /** Subscribes and gives the first response; WotError where subscribing fails. */
  async start(): Promise<Envelope> {
    const { resource, call } = this.#parts;
    const nothing = call.answer('2.05', undefined);
    const unsubscribe = await resource.observable?.subscribe(this.#subscriber, call);
    if (unsubscribe !== undefined) this.#unsubscribe = unsubscribe;
    if (this.#isOver()) this.#unsubscribe();
    const first = this.#numbered(this.#next() ?? nothing);
    // Notifications follow when the response has left.
    setImmediate(() => {
      if (this.#state === 'starting') this.#state = 'idle';
      this.#pump();
    });
    return first;
  }

  /** Ends at once without a word to the peer. */
  end(): void {
    if (this.#isOver()) return;
    this.#state = 'over';
    this.#waiting.length = 0;
    this.#unsubscribe();
    this.#giveUp();
    this.#parts.removed();
  }

  /** Tells the peer why it is over, after what waits already. */
  #finish(error: unknown): void {
    this.#final ??= this.#parts.problem(error);
    this.#unsubscribe();
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
      if (this.#isOver()) return;
      // RFC 7641 sections 3.6 and 4.5: reset and silence end it, as an error notification does.
      if (outcome !== 'acked' || notification === this.#final) return this.end();
      this.#state = 'idle';
      this.#subscriber.resume();
      this.#pump();
    });
  }

  /** The next representation: one change, or after `?after={id}` the records of all that wait. */
  #next(): Envelope | undefined {
    const { call, resource } = this.#parts;
    const shared = resource.observable?.shared === true;
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
    return call.answerChange(change, shared);
  }

  #numbered(notification: Envelope): Envelope {
    const sequence = uintOption(optionNumber.observe, this.#parts.nextSequence());
    return { ...notification, options: [...notification.options, sequence] };
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
