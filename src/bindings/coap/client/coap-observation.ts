import type { Content, NotificationListener } from '../../../contracts/binding.ts';
import type { Timer } from '../../../contracts/clock.ts';
import { abortable, withDeadline } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { type Attempt, keepSubscribed, untilClosed } from '../../../contracts/subscription-loop.ts';
import type { Wire } from '../../../contracts/wire.ts';
import type { Inbound } from '../endpoint/endpoint.ts';
import { isSuccess } from '../messages/coap-code.ts';
import type { CoapOption, Envelope } from '../messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from '../messages/coap-option.ts';
import { errorOfAnswer } from '../messages/coap-problem.ts';
import type { CoapTarget } from '../messages/coap-uri.ts';
import { download } from './block-download.ts';
import type { BlockBounds } from './block-wise.ts';
import { type CoapRequester, type Route, unreachable } from './coap-requester.ts';
import { LastTold } from './last-told.ts';
import { type Representation, tellNotification } from './notification.ts';
import { NotificationOrder } from './notification-order.ts';
import { newToken } from './tokens.ts';

/** A subscription to open; `message` is the plain GET. */
export interface Observing {
  readonly target: CoapTarget;
  readonly message: Envelope;
  readonly representation: Representation;
  readonly listener: NotificationListener;
  /** Milliseconds that each registration may take; 0 = no limit. */
  readonly timeout: number;
  readonly wire?: Wire;
  readonly blocks: BlockBounds;
  contentOf(response: Envelope): Content | undefined;
  /** Called when it is over. */
  removed(): void;
}

/** One request to be told of changes. */
interface Registration {
  /** The plain GET, as the blocks of its notifications go by. */
  readonly request: Envelope;
  readonly representation: Representation;
  readonly over: PromiseWithResolvers<'silent' | 'ended'>;
}

/** A response of a registration that is to be told. */
interface Waiting {
  readonly response: Inbound;
  readonly registration: Registration;
}

/** Responses; while the blocks of one are fetched, the latest others wait. */
const waitAtMost = 256;
const cancelWithin = 1000;
/** For one block of a notification. */
const fetchWithin = 30_000;
const defaultMaxAge = 60; // seconds, RFC 7252 section 5.10.5
const mostMaxAge = 86_400;

/** One observation on the client's side (RFC 7641 section 3); it registers again after silence, failures, restarts of the server and changes of address. */
export class CoapObservation {
  readonly #requester: CoapRequester;
  readonly #observing: Observing;
  /** Hears nothing after `close`. */
  readonly #listener: NotificationListener;
  readonly #last = new LastTold();
  readonly #order: NotificationOrder;
  readonly #token = newToken();
  readonly #over = new AbortController();
  readonly #closed = new AbortController();
  #standing: { readonly route: Route; readonly request: Envelope } | undefined;
  #newest: Inbound | undefined;
  /** What came and is not told yet. */
  #waiting: Waiting[] = [];
  #isTelling = false;
  #hasLost = false;
  #silence: Timer | undefined;
  #forget: () => void = () => undefined;

  constructor(requester: CoapRequester, observing: Observing) {
    this.#requester = requester;
    this.#observing = observing;
    this.#order = new NotificationOrder(requester.clock);
    this.#listener = this.#last.watching(untilClosed(observing.listener, this.#closed.signal));
  }

  /** Resolves when the observation stands; rejects with a WotError or the reason that `close` was given. */
  open(): Promise<void> {
    const listener: NotificationListener = {
      ...this.#listener,
      failed: (error) => this.#end(() => this.#listener.failed(error)),
      ended: () => this.#end(() => this.#listener.ended()),
    };
    const loop = {
      signal: this.#over.signal,
      listener,
      attempt: (attempt: Attempt) => this.#attempt(attempt),
    };
    const context = { clock: this.#requester.waitingClock, random: Math.random };
    return keepSubscribed(context, loop).catch((error) => {
      this.#end();
      throw error;
    });
  }

  /** Ends it, at the peer too (RFC 7641 section 3.6), waiting a second at most for its answer; with a reason, the listener is told. */
  async close(reason?: unknown): Promise<void> {
    if (this.#over.signal.aborted) return;
    if (reason === undefined) this.#closed.abort();
    this.#over.abort(reason ?? observationEnded());
    this.#end();
    if (this.#standing === undefined) return;
    const { route, request } = this.#standing;
    const bounds = { href: this.#observing.target.href, timeout: cancelWithin };
    // A peer that does not hear it gets a reset for its next notification.
    await withDeadline(this.#requester.clock, bounds, (signal) =>
      this.#requester.exchange(route, withOptions(request, observe(1)), signal, this.#token),
    ).catch(() => undefined);
  }

  /** Registers anew whenever there was no news for too long; rejects when that fails. */
  async #attempt({ delays, standing }: Attempt): Promise<'ended'> {
    for (;;) {
      const registration = {
        request: withOptions(this.#observing.message, ...this.#last.after()),
        representation: this.#last.isNumbered ? 'records' : this.#observing.representation,
        over: Promise.withResolvers<'silent' | 'ended'>(),
      } as const;
      registration.over.promise.catch(() => undefined); // may fail before anybody waits for it
      const first = await this.#register(registration);
      standing();
      delays.reset();
      if (!this.#last.is(first)) this.#queue(first, registration);
      const outcome = await abortable(registration.over.promise, this.#over.signal);
      if (outcome === 'ended') return outcome;
    }
  }

  /** Gives the first response. */
  async #register(registration: Registration): Promise<Inbound> {
    const { target, timeout } = this.#observing;
    const { clock, stopping } = this.#requester;
    const bounds = { href: target.href, signal: this.#over.signal, stopping, timeout };
    const response = await withDeadline(clock, bounds, (limit) => this.#ask(registration, limit));
    if (!isSuccess(response.code)) throw errorOfAnswer(response, target.href);
    const sequence = optionUint(response.options, optionNumber.observe);
    if (sequence === undefined) throw notObserved(target.href);
    this.#order.restart(sequence);
    this.#watch(response, registration);
    return response;
  }

  #ask(registration: Registration, signal: AbortSignal): Promise<Inbound> {
    const { target, wire } = this.#observing;
    const { request, over } = registration;
    const message = withOptions(request, ...this.#last.etag(), observe(0));
    return this.#requester.reach({ target, signal, wire, repeatable: true }, (route) => {
      this.#forget();
      this.#standing = { route, request };
      route.link.renew();
      this.#forget = this.#requester.receive(route, this.#token, {
        response: (response) => this.#take(response, registration),
        lost: (error) => over.reject(unreachable(target.href, error)),
      });
      return this.#requester.exchange(route, message, signal, this.#token);
    });
  }

  /** RFC 7641 section 3.3.1: registers again when Max-Age and 5 to 15 s are over without news. */
  #watch({ options }: Inbound, { over }: Registration): void {
    const maxAge = Math.min(optionUint(options, optionNumber.maxAge) ?? defaultMaxAge, mostMaxAge);
    this.#silence?.cancel();
    this.#silence = this.#requester.clock.after((maxAge + 5 + Math.random() * 10) * 1000, () =>
      over.resolve('silent'),
    );
  }

  #take(response: Inbound, registration: Registration): boolean {
    if (this.#over.signal.aborted) return false;
    const sequence = optionUint(response.options, optionNumber.observe);
    // RFC 8323 appendix A.1: over a connection they come in order, whatever their values.
    const isInOrder = this.#observing.target.scheme.endsWith('+tcp');
    if (sequence !== undefined && !isInOrder && !this.#order.takes(sequence)) return true;
    this.#watch(response, registration);
    this.#queue(response, registration);
    return true;
  }

  /** Tells of a response after those before it. */
  #queue(response: Inbound, registration: Registration): void {
    this.#newest = response;
    this.#waiting.push({ response, registration });
    if (this.#waiting.length > waitAtMost) this.#lose(this.#waiting.slice(1));
    if (!this.#isTelling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#tellNext(next);
    }
    this.#isTelling = false;
  }

  async #tellNext({ response, registration }: Waiting): Promise<void> {
    const { resolve, reject } = registration.over;
    try {
      if (this.#hasLost) this.#listener.gap?.({});
      this.#hasLost = false;
      await this.#tell(response, registration);
      // RFC 7641 section 4.2: an answer without Observe is the last one.
      if (optionUint(response.options, optionNumber.observe) === undefined) resolve('ended');
    } catch (error) {
      if (error instanceof WotError && error.code === 'CONTENT_CHANGED') this.#listener.gap?.({});
      else if (error instanceof WotError && error.kind === 'not-found') resolve('ended');
      else {
        reject(error);
        this.#lose(this.#waiting.filter((each) => each.registration !== registration));
      }
    }
  }

  /** Tells no more than what is left; of the rest that something was lost. */
  #lose(left: Waiting[]): void {
    this.#hasLost ||= left.length < this.#waiting.length;
    this.#waiting = left;
  }

  async #tell(response: Inbound, { request, representation }: Registration): Promise<void> {
    const { target, contentOf, blocks } = this.#observing;
    const { route } = this.#standing as { readonly route: Route };
    const { capacity } = route.link;
    if (!isSuccess(response.code)) throw errorOfAnswer(response, target.href);
    const isValid = response.code === '2.03';
    if (isValid && this.#last.is(response)) return;
    const send = (part: Envelope): Promise<Inbound> => this.#fetch(route, part);
    // Valid again is what was told before something else, and is not kept.
    const first = isValid ? await send(request) : response;
    const isOutdated = (): boolean => this.#newest !== response;
    const alone = this.#requester.alone(route, this.#over.signal);
    const whole = await download({ ...blocks, capacity, send, alone, isOutdated }, request, first);
    if (this.#over.signal.aborted) return;
    if (!isSuccess(whole.code)) throw errorOfAnswer(whole, target.href);
    tellNotification(whole, contentOf(whole), representation, this.#listener);
    this.#last.told(whole);
  }

  #fetch(route: Route, part: Envelope): Promise<Inbound> {
    const bounds = { href: route.href, signal: this.#over.signal, timeout: fetchWithin };
    return withDeadline(this.#requester.clock, bounds, (signal) =>
      this.#requester.exchange(route, part, signal),
    );
  }

  #end(tell: () => void = () => undefined): void {
    this.#over.abort(observationEnded());
    this.#silence?.cancel();
    this.#forget();
    this.#observing.removed();
    tell();
  }
}

const observe = (value: 0 | 1): CoapOption => uintOption(optionNumber.observe, value);

function withOptions(message: Envelope, ...options: readonly CoapOption[]): Envelope {
  return { ...message, options: [...message.options, ...options] };
}

function observationEnded(): WotError {
  return new WotError('unavailable', 'OBSERVATION_ENDED', 'The observation has ended.');
}

function notObserved(href: string): WotError {
  const message = `${href} answered, but does not let itself be observed; read it from time to time instead.`;
  return new WotError('not-allowed', 'NOT_OBSERVABLE', message, { href });
}
