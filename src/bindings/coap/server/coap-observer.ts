import type { Clock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Change, Gap } from '../../../contracts/interaction.ts';
import { PacedSubscription } from '../../../interaction/paced-subscription.ts';
import type { Inbound } from '../endpoint/endpoint.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber } from '../messages/coap-option.ts';
import { numbered, representationOf } from './change-representation.ts';
import { type CoapCall, changeRecord, refuseRecords } from './coap-call.ts';
import { type Mark, rememberTold, standsFor } from './entity-tag.ts';
import type { Observable } from './thing-resources.ts';

/** What an observation stands on. */
export interface ObserverParts {
  readonly request: Inbound;
  readonly call: CoapCall;
  readonly observable: Observable;
  readonly clock: Clock;
  /** Changes that wait at most; more are taken from the replay ring when there is room again. */
  readonly queue: number;
  problem(error: unknown): Envelope;
  /** It has something to tell: `next` gives it. */
  due(): void;
  /** Called once when it is over. */
  removed(): void;
}

/** The observation that had the token before. */
export interface Predecessor {
  readonly observer: CoapObserver;
  /** It observes the same, and is renewed. */
  readonly isRenewed: boolean;
}

/** What an observer is told next. */
export interface Notification {
  readonly whole: Envelope;
  /** When it is lost, a later one makes up for it. */
  readonly mayBeLost: boolean;
}

/**
 * One observation (RFC 7641): what it has to tell, in order, one notification at a time. It ends by the peer's wish or
 * silence, or with an error notification when the Thing goes or changes were lost.
 */
export class CoapObserver {
  readonly #parts: ObserverParts;
  readonly #subscription: PacedSubscription;
  readonly #waiting: (Change | { readonly gap: Gap })[] = [];
  readonly #mayBeLost: boolean;
  #predecessor: CoapObserver | undefined;
  #state: 'starting' | 'idle' | 'sending' | 'ending' | 'over' = 'starting';
  #final: Envelope | undefined;
  #sequence = 0;
  /** The newest change that was sent. */
  #sent = 0;
  /** All changes up to this one, and none later, are certain to have come. */
  #acknowledged = 0;
  /** What was sent last. */
  #mark: Mark | undefined;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
    const { call, observable, request } = parts;
    this.#mayBeLost =
      request.type === 'NON' && observable.isState && !observable.shared && call.after === undefined;
    const { principal, uriVariables } = call;
    this.#subscription = new PacedSubscription({
      ready: () => this.#waiting.length < parts.queue,
      since: (id) => {
        this.#acknowledged ||= id;
      },
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

  /** The registration. */
  get request(): Inbound {
    return this.#parts.request;
  }

  /**
   * Subscribes and gives the first response; nothing follows before `proceed`. The predecessor goes on until then. WotError
   * where subscribing fails.
   */
  async start(predecessor?: Predecessor): Promise<Envelope> {
    const { observer: before, isRenewed } = predecessor ?? {};
    this.#predecessor = before;
    const { call, observable } = this.#parts;
    const { shape, isState } = observable;
    const nothing = call.answer('2.05', undefined, { shape });
    if (call.after !== undefined) refuseRecords(shape);
    const isEvent = !isState && call.after === undefined;
    if (isEvent && before && isRenewed) this.#acknowledged = before.#acknowledged;
    // Events that were not told before the renewal are not lost.
    await this.#subscription.start(isEvent ? this.#acknowledged || undefined : call.after);
    if (before) this.#sequence = before.#sequence;
    this.#endPredecessor();
    const first = isEvent ? undefined : this.#take();
    if (first === undefined) return this.#numbered(nothing);
    const told = this.#validated(first, before && isRenewed ? before.#mark : undefined);
    this.#remember();
    return told;
  }

  /** The peer has what was sent. */
  proceed(): void {
    if (this.#state === 'ending') this.end();
    if (this.#state === 'over') return;
    this.#state = 'idle';
    this.#acknowledged = Math.max(this.#acknowledged, this.#sent);
    this.#subscription.resume();
    this.#ask();
  }

  /** What to send now; `proceed` is called when the peer has it. */
  next(): Notification | undefined {
    if (this.#state !== 'idle') return undefined;
    try {
      const whole = this.#take();
      if (whole !== undefined) {
        this.#remember();
        this.#state = 'sending';
        return { whole, mayBeLost: this.#mayBeLost };
      }
    } catch (error) {
      this.#waiting.length = 0;
      this.#finish(error);
    }
    if (this.#final === undefined) return undefined;
    this.#state = 'ending';
    return { whole: this.#final, mayBeLost: false };
  }

  /** Ends at once without a word to the peer. */
  end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#waiting.length = 0;
    this.#subscription.stop();
    this.#endPredecessor();
    this.#parts.removed();
  }

  #endPredecessor(): void {
    this.#predecessor?.end();
    this.#predecessor = undefined;
  }

  /** Tells the peer why it is over, after what waits already. */
  #finish(error: unknown): void {
    this.#final ??= this.#parts.problem(error);
    this.#subscription.stop();
    this.#ask();
  }

  #push(item: Change | { readonly gap: Gap }): void {
    this.#waiting.push(item);
    this.#ask();
  }

  #ask(): void {
    if (this.#state === 'idle' && (this.#waiting.length > 0 || this.#final !== undefined)) this.#parts.due();
  }

  /** The next representation: one change, or after `?after={id}` the records of all that wait. */
  #take(): Envelope | undefined {
    const { call, observable } = this.#parts;
    if (call.after !== undefined) return this.#takeRecords();
    const change = this.#waiting.shift();
    if (change === undefined || 'gap' in change) return undefined;
    const representation = representationOf(change, call, observable);
    this.#sent = change.id;
    this.#mark = representation.mark;
    return representation.numbered(this.#nextSequence(change.id));
  }

  /** A peer may name what it was told in a condition. */
  #remember(): void {
    const { isState, shared } = this.#parts.observable;
    if (this.#mark !== undefined && isState && !shared) rememberTold(this.#parts.observable, this.#mark);
  }

  #takeRecords(): Envelope | undefined {
    const { call, observable } = this.#parts;
    const items = this.#waiting.splice(0);
    if (items.length === 0) return undefined;
    const records = items.map((item) => ('gap' in item ? item : changeRecord(item, observable.shared)));
    return this.#numbered(call.answer('2.05', records));
  }

  /** Where the peer has this representation already, no more than its ETag (RFC 7641 section 4.3.2). */
  #validated(first: Envelope, before: Mark | undefined): Envelope {
    const content = this.#mark?.content;
    if (content === undefined) return first;
    const known = this.request.options.find(
      ({ number, value }) =>
        number === optionNumber.etag &&
        (standsFor(value, content, this.#parts.observable) ||
          (before?.tag.equals(value) === true && content.equals(before.content))),
    );
    if (known === undefined) return first;
    this.#mark = { tag: known.value, content };
    return { code: '2.03', options: [known, ...first.options.filter(isKeptWhenValid)], payload: emptyBytes };
  }

  #numbered(envelope: Envelope): Envelope {
    return numbered(envelope, this.#nextSequence(this.#parts.clock.now() * 1000));
  }

  /**
   * Rises with the time (in microseconds), also over a restart, and with every notification: by less than half of its
   * range in the 256 s that RFC 7641 section 4.4 demands.
   */
  #nextSequence(time: number): number {
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(time / 64));
    return this.#sequence;
  }
}

/** Besides its ETag (RFC 7252 section 5.9.1.3). */
const isKeptWhenValid = ({ number }: CoapOption): boolean =>
  number === optionNumber.observe || number === optionNumber.maxAge;

function changesLost(): WotError {
  const message =
    'This observer was too slow and changes were lost; observe again, GET ?after={id} tells what is kept.';
  return new WotError('overloaded', 'OBSERVER_TOO_SLOW', message);
}

function thingGone(): WotError {
  return new WotError('not-found', 'THING_GONE', 'The Thing is no longer hosted here.');
}
