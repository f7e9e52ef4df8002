import type { Principal } from '../contracts/access.ts';
import type { Clock } from '../contracts/clock.ts';
import type { HandlerContext } from '../contracts/definition.ts';
import { WotError } from '../contracts/errors.ts';
import type { CallContext } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import { asWotError } from './as-wot-error.ts';
import type { DeviceContact } from './device-contact.ts';

/** What a handler sees of its call; the AbortSignal is made only when a handler looks at it. */
export class HandlerCall implements HandlerContext {
  readonly principal: Principal;
  readonly uriVariables: Readonly<Record<string, unknown>>;
  readonly #context: CallContext;
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #reason: unknown;
  /** Tells that its input is still coming: the time-out counts anew. */
  goesOn: () => void = () => {};

  constructor(context: CallContext, uriVariables: Readonly<Record<string, unknown>>) {
    this.principal = context.principal;
    this.uriVariables = uriVariables;
    this.#context = context;
  }

  get signal(): AbortSignal {
    if (!this.#signal) {
      this.#controller = new AbortController();
      const outer = this.#context.signal;
      this.#signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#signal;
  }

  /** Whether somebody still waits for what it gives. */
  get isWanted(): boolean {
    return this.#reason === undefined && this.#context.signal?.aborted !== true;
  }

  abort(reason: Error): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** What calling handlers needs of the servient. */
export interface CallEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that a handler has for a read, a write or a synchronous action. */
  readonly handlerTimeout: number;
  /** The device behind the handlers, where it is told how they fare. */
  readonly device?: DeviceContact;
}

/** Calls a handler; what it throws becomes a WotError, a silent one times out. `what` names it in messages. */
export async function callHandler(
  environment: CallEnvironment,
  what: string,
  call: HandlerCall,
  handler: () => unknown,
): Promise<unknown> {
  try {
    const result = handler();
    const value = isPromise(result) ? await inTime(environment, what, call, result) : result;
    environment.device?.answered();
    return value;
  } catch (error) {
    throw handlerFailed(error, what, environment);
  }
}

/** What a handler threw, as an answer; `what` names whose handler it is. */
export function handlerFailed(
  error: unknown,
  what: string,
  { logger, device }: Pick<CallEnvironment, 'logger' | 'device'>,
): WotError {
  const failure = { code: 'HANDLER_FAILED', what: `The handler of ${what} failed` };
  const told = asWotError(error, logger, failure);
  device?.failed(told);
  return told;
}

function inTime(
  { clock, handlerTimeout }: CallEnvironment,
  what: string,
  call: HandlerCall,
  result: PromiseLike<unknown>,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const expire = () => {
      const message = `The handler of ${what} did not answer within ${handlerTimeout} ms; try again later.`;
      const error = new WotError('timeout', 'HANDLER_TIMEOUT', message);
      call.abort(error);
      reject(error);
    };
    let timer = clock.after(handlerTimeout, expire);
    call.goesOn = () => {
      timer.cancel();
      timer = clock.after(handlerTimeout, expire);
    };
    result.then(resolve, reject).then(
      () => timer.cancel(),
      () => timer.cancel(),
    );
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
