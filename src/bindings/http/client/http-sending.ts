import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../../contracts/clock.ts';
import { responseTimeout } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Op } from '../../../contracts/td.ts';
import type { Waiting, WaitingLine } from '../../../contracts/waiting-line.ts';
import type { Wire } from '../../../contracts/wire.ts';
import { type Address, addressOf } from './http-address.ts';
import { connectionError, tooLarge } from './http-failure.ts';
import { HttpWire } from './http-wire.ts';

/** What all requests of one client share. */
export interface HttpContext {
  readonly dispatcher: Dispatcher;
  readonly line: WaitingLine;
  readonly clock: Clock;
  /** Bytes of one response body, or characters of one server-sent event. */
  readonly maxBody: number;
  /** The Authorization header of every request. */
  readonly authorization?: string;
  /** From 0 to 1, for the jitter of retries. */
  random(): number;
}

/** One request to send. */
export interface OutgoingRequest {
  readonly op: Op;
  readonly method: string;
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether sending it twice does no more than sending it once, by what the op means. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole answer, of a stream for its head; 0 = no limit. */
  readonly timeout: number;
  /** When these end, by the client's clock. */
  readonly deadline: number;
  readonly wire?: Wire;
}

/** What only reads: by its op, for there are Things that act on GET, and by its method (RFC 9110 section 9.2.1). */
export function isSafe({ repeatable, method }: OutgoingRequest): boolean {
  return repeatable && (method === 'GET' || method === 'HEAD');
}

/** When a request that begins now is late. */
export function deadlineOf(timeout: number, clock: Clock): number {
  return timeout > 0 ? clock.now() + timeout : Number.POSITIVE_INFINITY;
}

/** An answer, whatever its status; the body of a stream is empty. */
export interface Answer {
  /** Where it came from. */
  readonly href: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Takes a successful answer as it comes; what it throws ends the exchange. */
export interface StreamReceiver {
  /** `close` ends the stream, as a failure where it is given an error. */
  opened(head: Answer, close: (error?: unknown) => void): void;
  chunk(bytes: Uint8Array): void;
}

const none = new Uint8Array();

/** One request on its way: nothing of it stays once `answer` is settled, neither timer nor listener nor connection in use. */
export class HttpSending implements Dispatcher.DispatchHandler, Waiting {
  readonly answer: Promise<Answer>;
  /** Until it is `sent` the peer knows nothing of it. */
  progress: 'waiting' | 'sent' | 'answered' = 'waiting';
  readonly #context: HttpContext;
  readonly #call: OutgoingRequest;
  readonly #receiver: StreamReceiver | undefined;
  readonly #settled = Promise.withResolvers<Answer>();
  readonly #wire: HttpWire | undefined;
  #address: Address = { origin: '', path: '' };
  #timer: Timer | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #going = false;
  #over = false;
  #streaming = false;
  #head: Answer = { href: '', status: 0, headers: {}, body: none };
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(context: HttpContext, call: OutgoingRequest, receiver?: StreamReceiver) {
    this.#context = context;
    this.#call = call;
    this.#receiver = receiver;
    this.answer = this.#settled.promise;
    this.#wire = call.wire && new HttpWire(call, call.wire);
    if (call.signal?.aborted) this.#fail(call.signal.reason);
    else this.#begin(context, call);
  }

  #begin({ clock, line }: HttpContext, call: OutgoingRequest): void {
    if (call.timeout > 0)
      this.#timer = clock.after(call.deadline - clock.now(), () => this.#fail(responseTimeout(call)));
    call.signal?.addEventListener('abort', this);
    try {
      this.#address = addressOf(call.href);
      line.enter(this.#address.origin, this);
    } catch (error) {
      this.#fail(error instanceof WotError ? error : connectionError(error, call, false));
    }
  }

  start(): void {
    this.#going = true;
    const { method, headers, body = null } = this.#call;
    // The deadline is the bound, not undici's own timers.
    const options = { ...this.#address, method, headers, body, headersTimeout: 0, bodyTimeout: 0 };
    try {
      this.#context.dispatcher.dispatch(options as Dispatcher.DispatchOptions, this);
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  handleEvent(): void {
    this.#fail(this.#call.signal?.reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error('given up'));
    else {
      this.progress = 'sent';
      this.#wire?.sent();
    }
  }

  onResponseStart(_: unknown, status: number, headers: Answer['headers'], reason?: string): void {
    if (status < 200) return; // RFC 9110 section 15.2
    this.progress = 'answered';
    this.#head = { href: this.#call.href, status, headers, body: none };
    this.#wire?.answered(status, headers, reason);
    if (this.#receiver === undefined || !isSuccess(status)) return;
    this.#streaming = true;
    this.#wire?.streams();
    this.#timer?.cancel();
    this.#tell((receiver) => receiver.opened(this.#head, (error) => this.#close(error)));
  }

  onResponseData(_: unknown, chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#streaming) {
      this.#wire?.chunk(chunk);
      this.#tell((receiver) => receiver.chunk(chunk));
      return;
    }
    this.#size += chunk.length;
    if (this.#size > this.#context.maxBody) this.#fail(tooLarge(this.#call, this.#context.maxBody));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first = none, ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#finish(body);
    this.#settled.resolve({ ...this.#head, body });
    this.#release();
  }

  onResponseError(_: unknown, error: unknown): void {
    if (!this.#over) this.#fail(connectionError(error, this.#call, this.progress !== 'waiting'));
    this.#release();
  }

  /** Only now is the connection free for another. */
  #release(): void {
    if (!this.#going) return;
    this.#going = false;
    this.#context.line.done(this.#address.origin);
  }

  #tell(tell: (receiver: StreamReceiver) => void): void {
    try {
      if (this.#receiver !== undefined) tell(this.#receiver);
    } catch (error) {
      this.#fail(error);
    }
  }

  #close(error?: unknown): void {
    if (error === undefined) this.#settled.resolve(this.#head);
    this.#fail(error);
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.#settled.reject(reason);
    this.#context.line.leave(this.#address.origin, this);
    this.#controller?.abort(new Error('given up', { cause: reason }));
  }

  #finish(body?: Uint8Array): void {
    this.#over = true;
    this.#wire?.ended(body ?? Buffer.concat(this.#chunks));
    this.#timer?.cancel();
    this.#call.signal?.removeEventListener('abort', this);
  }
}

/** Whether an answer is a success; a part of what was asked for in whole is none. */
export function isSuccess(status: number): boolean {
  return status < 300 && status !== 206;
}
