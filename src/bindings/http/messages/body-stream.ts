import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { WotError } from '../../../contracts/errors.ts';
import { discarded, type ServerExchange } from './server-exchange.ts';

/** The body of a request while it comes; nothing of it is read before somebody reads `readable`, which fails with WotError `invalid` BODY_INCOMPLETE. */
export class BodyStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #exchange: ServerExchange;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #begun = false;
  #left = false;

  constructor(exchange: ServerExchange) {
    this.#exchange = exchange;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.leave(),
      },
      { highWaterMark: 0 },
    );
    const { request, response } = exchange;
    if (request.aborted) this.#fail();
    request.once('aborted', this.#fail).once('error', this.#fail);
    // Of a connection that ends within a body node tells nothing else, once it was answered so.
    response.once('close', this.#fail);
  }

  /** Ends the stream; what is left of the body is read and thrown away, so that the answer arrives, up to a bound. */
  leave(): void {
    const { request } = this.#exchange;
    if (this.#left) return;
    this.#left = true;
    this.#stop();
    // Ends what a handler still reads though it has answered.
    this.#controller.error(
      new WotError('unavailable', 'BODY_LEFT', 'The request was answered; its body is no longer read.'),
    );
    if (!this.#begun || request.complete) return;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > discarded) request.destroy();
    });
    request.resume();
  }

  #pull(): void {
    const { request } = this.#exchange;
    if (!this.#begun) {
      this.#begun = true;
      this.#exchange.awaitBody();
      request.on('data', this.#take).once('end', this.#end);
    }
    request.resume();
  }

  readonly #take = (chunk: Buffer): void => {
    this.#exchange.request.pause();
    this.#controller.enqueue(chunk);
  };

  readonly #end = (): void => {
    // Over HTTP/2 node ends a body that broke off like a whole one.
    if (this.#exchange.request.aborted) this.#fail();
    else {
      this.#stop();
      this.#controller.close();
    }
  };

  readonly #fail = (cause?: Error): void => {
    this.#stop();
    this.#controller.error(incomplete(cause));
  };

  #stop(): void {
    const { request, response } = this.#exchange;
    request.off('data', this.#take).off('end', this.#end).off('aborted', this.#fail).off('error', this.#fail);
    response.off('close', this.#fail);
  }
}

/** A request body broke off: WotError `invalid` BODY_INCOMPLETE. */
export function incomplete(cause?: Error): WotError {
  return new WotError('invalid', 'BODY_INCOMPLETE', 'The request body broke off; send it again.', { cause });
}
