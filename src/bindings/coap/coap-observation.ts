import { randomBytes } from 'node:crypto';
import type { Content, NotificationListener } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import { rest } from './block-client.ts';
import type { Inbound } from './coap-exchange.ts';
import type { Envelope } from './coap-message.ts';
import { optionBytes, optionNumber, optionUint, uintOption } from './coap-option.ts';
import { errorOfAnswer } from './coap-problem.ts';
import type { CoapRequester, Route } from './coap-requester.ts';
import { type Representation, tellNotification } from './notification.ts';

/** A subscription to open; `message` is the plain GET. */
export interface Observing {
  readonly route: Route;
  readonly message: Envelope;
  readonly representation: Representation;
  readonly listener: NotificationListener;
  contentOf(response: Envelope): Content | undefined;
  /** Called once when it is over. */
  removed(): void;
}

const cancelWithin = 1000;
const reorderWindow = 128_000; // RFC 7641 section 3.4

/** One observation on the client's side (RFC 7641 section 3). */
export class CoapObservation {
  readonly #requester: CoapRequester;
  readonly #observing: Observing;
  readonly #token = randomBytes(8);
  readonly #over = new AbortController();
  #latest: { readonly sequence: number; readonly at: number } | undefined;
  #told: Promise<void> = Promise.resolve();
  #forget: () => void = () => undefined;

  constructor(requester: CoapRequester, observing: Observing) {
    this.#requester = requester;
    this.#observing = observing;
  }

  /** Resolves when the observation stands; rejects with a WotError or the signal's reason. */
  async open(signal: AbortSignal): Promise<void> {
    const { route } = this.#observing;
    this.#forget = this.#requester.receive(route, this.#token, (response) => this.#take(response));
    try {
      const response = await this.#requester.exchange(route, this.#request(0), signal, this.#token);
      if (!response.code.startsWith('2.')) throw errorOfAnswer(response, route.href);
      if (optionUint(response.options, optionNumber.observe) === undefined) throw notObserved(route.href);
      const empty =
        response.payload.length === 0 && optionBytes(response.options, optionNumber.etag) === undefined;
      // An empty first answer only says that the observation stands.
      if (!empty) this.#take(response);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Ends it, at the peer too (RFC 7641 section 3.6), waiting a second at most for its answer; `tell` tells the listener. */
  async close(tell = false): Promise<void> {
    if (this.#over.signal.aborted) return;
    if (tell) this.#finish();
    else this.#end();
    const late = new AbortController();
    const timer = this.#requester.clock.after(cancelWithin, () => late.abort(this.#over.signal.reason));
    // A peer that does not hear it gets a reset for its next notification.
    await this.#requester
      .exchange(this.#observing.route, this.#request(1), late.signal, this.#token)
      .catch(() => undefined);
    timer.cancel();
  }

  #request(observe: 0 | 1): Envelope {
    const { message } = this.#observing;
    return { ...message, options: [...message.options, uintOption(optionNumber.observe, observe)] };
  }

  #take(response: Inbound): boolean {
    if (this.#over.signal.aborted) return false;
    const sequence = optionUint(response.options, optionNumber.observe);
    if (sequence !== undefined && !this.#isFresh(sequence)) return true;
    this.#told = this.#told.then(() => this.#tell(response)).catch((error: unknown) => this.#fail(error));
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

  async #tell(response: Inbound): Promise<void> {
    const { route, message, representation, listener, contentOf } = this.#observing;
    const { signal } = this.#over;
    if (!response.code.startsWith('2.')) throw errorOfAnswer(response, route.href);
    const whole = await rest((next) => this.#requester.exchange(route, next, signal), message, response);
    if (signal.aborted) return;
    if (!whole.code.startsWith('2.')) throw errorOfAnswer(whole, route.href);
    tellNotification(whole, contentOf(whole), representation, listener);
    // RFC 7641 section 4.2: an answer without Observe is the last one.
    if (optionUint(response.options, optionNumber.observe) === undefined) this.#finish();
  }

  #fail(error: unknown): void {
    if (this.#over.signal.aborted) return;
    const { listener } = this.#observing;
    const kind = error instanceof WotError ? error.kind : undefined;
    if (kind === 'not-found') this.#finish();
    else if (error instanceof WotError && error.code === 'CONTENT_CHANGED') listener.gap?.({});
    else {
      this.#end();
      listener.failed(error as Error);
    }
  }

  #finish(): void {
    this.#end();
    this.#observing.listener.ended();
  }

  #end(): void {
    this.#over.abort(new WotError('unavailable', 'OBSERVATION_ENDED', 'The observation has ended.'));
    this.#forget();
    this.#observing.removed();
  }
}

function notObserved(href: string): WotError {
  const message = `${href} answered, but does not let itself be observed; read it from time to time instead.`;
  return new WotError('not-allowed', 'NOT_OBSERVABLE', message, { href });
}
