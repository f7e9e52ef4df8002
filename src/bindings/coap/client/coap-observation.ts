import { randomBytes } from 'node:crypto';
import type { Content, NotificationListener } from '../../../contracts/binding.ts';
import type { Timer } from '../../../contracts/clock.ts';
import { abortable, withDeadline } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { type Attempt, keepSubscribed, untilClosed } from '../../../contracts/subscription-loop.ts';
import type { Wire } from '../../../contracts/wire.ts';
import type { Inbound } from '../endpoint/endpoint.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, optionUint, textOption, uintOption } from '../messages/coap-option.ts';
import { errorOfAnswer } from '../messages/coap-problem.ts';
import type { CoapTarget } from '../messages/coap-uri.ts';
import { rest } from './block-client.ts';
import type { CoapRequester, Route } from './coap-requester.ts';
import { idOf, type Representation, tellNotification } from './notification.ts';

/** A subscription to open; `message` is the plain GET. */
export interface Observing {
  readonly target: CoapTarget;
  readonly message: Envelope;
  readonly representation: Representation;
  readonly listener: NotificationListener;
  /** Milliseconds that each registration may take; 0 = no limit. */
  readonly timeout: number;
  readonly wire?: Wire;
  contentOf(response: Envelope): Content | undefined;
  /** Called when it is over. */
  removed(): void;
}

/** One request to be told of changes. */
interface Registration {
  /** What the blocks of its notifications go by, too. */
  readonly request: Envelope;
  readonly representation: Representation;
  readonly over: PromiseWithResolvers<'silent' | 'ended'>;
}

const cancelWithin = 1000;
const reorderWindow = 128_000; // RFC 7641 section 3.4
const defaultMaxAge = 60; // seconds, RFC 7252 section 5.10.5
const mostMaxAge = 86_400;

/** One observation on the client's side (RFC 7641 section 3); it registers again after silence, failures and restarts of the server. */
export class CoapObservation {
  readonly #requester: CoapRequester;
  readonly #observing: Observing;
  /** Remembers the last id, and hears nothing after `close`. */
  readonly #listener: NotificationListener;
  readonly #token = randomBytes(8);
  readonly #over = new AbortController();
  readonly #closed = new AbortController();
  #route: Route | undefined;
  #latest: { readonly sequence: number; readonly at: number } | undefined;
  #lastId: string | undefined;
  /** Ids are those of a servient's changes, so what comes after the last one can be asked for. */
  #numbered = false;
  #told: Promise<void> = Promise.resolve();
  #silence: Timer | undefined;
  #forget: () => void = () => undefined;

  constructor(requester: CoapRequester, observing: Observing) {
    this.#requester = requester;
    this.#observing = observing;
    const listener = untilClosed(observing.listener, this.#closed.signal);
    this.#listener = {
      ...listener,
      next: (notification) => {
        this.#lastId = notification.id ?? this.#lastId;
        this.#numbered = notification.timestamp !== undefined;
        listener.next(notification);
      },
      gap: (gap) => {
        // What is lost is told once: nothing before `resumesAt` is asked for again.
        if (this.#numbered && gap.resumesAt !== undefined) this.#lastId = String(Number(gap.resumesAt) - 1);
        listener.gap?.(gap);
      },
    };
  }

  /** Resolves when the observation stands; rejects with a WotError or the reason that `close` was given. */
  open(): Promise<void> {
    const { clock } = this.#requester;
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
    return keepSubscribed({ clock, random: Math.random }, loop).catch((error) => {
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
    const { clock } = this.#requester;
    const bounds = { href: this.#observing.target.href, timeout: cancelWithin };
    const route = this.#route;
    if (route === undefined) return;
    // A peer that does not hear it gets a reset for its next notification.
    await withDeadline(clock, bounds, (signal) =>
      this.#requester.exchange(route, this.#request(1), signal, this.#token),
    ).catch(() => undefined);
  }

  /** Registers anew whenever there was no news for too long; rejects when that fails. */
  async #attempt({ delays, standing }: Attempt): Promise<'ended'> {
    for (;;) {
      const registration = {
        request: this.#request(0),
        representation: this.#numbered ? 'records' : this.#observing.representation,
        over: Promise.withResolvers<'silent' | 'ended'>(),
      } as const;
      registration.over.promise.catch(() => undefined); // may fail before anybody waits for it
      await this.#register(registration);
      standing();
      delays.reset();
      const outcome = await abortable(registration.over.promise, this.#over.signal);
      if (outcome === 'ended') return outcome;
    }
  }

  async #register(registration: Registration): Promise<void> {
    const { target, timeout } = this.#observing;
    const { clock, stopping } = this.#requester;
    const signal = AbortSignal.any([this.#over.signal, stopping]);
    const response = await withDeadline(clock, { href: target.href, signal, timeout }, (limit) =>
      this.#ask(registration, limit),
    );
    if (!response.code.startsWith('2.')) throw errorOfAnswer(response, target.href);
    if (optionUint(response.options, optionNumber.observe) === undefined) throw notObserved(target.href);
    this.#latest = undefined; // a server that was restarted counts from the beginning
    this.#watch(response, registration);
    const etag = optionBytes(response.options, optionNumber.etag);
    // An empty first answer only says that the observation stands, a repeated one that nothing changed.
    const isNews = etag === undefined ? response.payload.length > 0 : idOf(etag).id !== this.#lastId;
    if (isNews) this.#take(response, registration);
  }

  async #ask(registration: Registration, signal: AbortSignal): Promise<Inbound> {
    const { target, wire } = this.#observing;
    const route = await this.#requester.route(target, signal, wire);
    this.#forget();
    this.#route = route;
    this.#forget = this.#requester.receive(route, this.#token, (response) =>
      this.#take(response, registration),
    );
    return this.#requester.exchange(route, registration.request, signal, this.#token);
  }

  /** The plain GET; to a servient, one for what came after the last change. */
  #request(observe: 0 | 1): Envelope {
    const { message } = this.#observing;
    const after = this.#numbered ? [textOption(optionNumber.uriQuery, `after=${this.#lastId}`)] : [];
    return { ...message, options: [...message.options, ...after, uintOption(optionNumber.observe, observe)] };
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
    if (sequence !== undefined && !this.#isFresh(sequence)) return true;
    this.#watch(response, registration);
    const { resolve, reject } = registration.over;
    this.#told = this.#told
      .then(() => this.#tell(response, registration))
      .then(() => {
        // RFC 7641 section 4.2: an answer without Observe is the last one.
        if (sequence === undefined) resolve('ended');
      })
      .catch((error: unknown) => {
        if (error instanceof WotError && error.code === 'CONTENT_CHANGED') this.#listener.gap?.({});
        else if (error instanceof WotError && error.kind === 'not-found') resolve('ended');
        else reject(error);
      });
    return true;
  }

  /** RFC 7641 section 3.4: notifications may overtake each other. */
  #isFresh(sequence: number): boolean {
    const at = this.#requester.clock.now();
    const latest = this.#latest;
    const ahead = latest === undefined ? 1 : (sequence - latest.sequence) & 0xffffff;
    const fresh = (ahead > 0 && ahead < 2 ** 23) || at > (latest?.at ?? 0) + reorderWindow;
    if (fresh) this.#latest = { sequence, at };
    return fresh;
  }

  async #tell(response: Inbound, { request, representation }: Registration): Promise<void> {
    const { target, contentOf } = this.#observing;
    const { signal } = this.#over;
    if (!response.code.startsWith('2.')) throw errorOfAnswer(response, target.href);
    const route = this.#route as Route;
    const whole = await rest((next) => this.#requester.exchange(route, next, signal), request, response);
    if (signal.aborted) return;
    if (!whole.code.startsWith('2.')) throw errorOfAnswer(whole, target.href);
    tellNotification(whole, contentOf(whole), representation, this.#listener);
  }

  #end(tell: () => void = () => undefined): void {
    this.#over.abort(observationEnded());
    this.#silence?.cancel();
    this.#forget();
    this.#observing.removed();
    tell();
  }
}

function observationEnded(): WotError {
  return new WotError('unavailable', 'OBSERVATION_ENDED', 'The observation has ended.');
}

function notObserved(href: string): WotError {
  const message = `${href} answered, but does not let itself be observed; read it from time to time instead.`;
  return new WotError('not-allowed', 'NOT_OBSERVABLE', message, { href });
}
