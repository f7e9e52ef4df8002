import type { IncomingMessage } from 'node:http';
import { malformed } from '../../../codec/codec.ts';
import type { Limits } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { payloadKind } from '../../../contracts/media-type.ts';
import { incomplete } from './body-stream.ts';
import type { LargeBodies } from './large-bodies.ts';
import { decoded } from './request-coding.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Bytes of a body that are not counted: fewer than what a connection takes anyway. */
const uncounted = 4096;

/** What bounds the body of one request, and those of all. */
export interface BodyParts {
  readonly limits: Limits;
  readonly bodies: LargeBodies;
}

/** The body of one request in memory, counted among all until it is released. */
export class ReceivedBody {
  readonly #exchange: ServerExchange;
  readonly #parts: BodyParts;
  #held = 0;

  constructor(exchange: ServerExchange, parts: BodyParts) {
    this.#exchange = exchange;
    this.#parts = parts;
  }

  /** The remote address. */
  get #client(): string {
    return this.#exchange.request.socket.remoteAddress ?? '';
  }

  /** Reads all of it and undoes its content codings; WotError `too-large`, `invalid` BODY_INCOMPLETE, or as `LargeBodies.hold` and `decoded`. */
  read(): Promise<Uint8Array> {
    const whole = this.#whole();
    if (this.#exchange.request.headers['content-encoding'] === undefined) return whole;
    return whole.then((body) => decoded(this.#exchange, body, this.#parts.limits.body));
  }

  #whole(): Promise<Uint8Array> {
    const { request } = this.#exchange;
    const { body: limit } = this.#parts.limits;
    if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
    this.#exchange.awaitBody();
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const take = (chunk: Buffer) => {
        size += chunk.byteLength;
        chunks.push(chunk);
        try {
          if (size > limit) throw tooLarge(limit);
          this.#hold(size);
        } catch (error) {
          request.off('data', take);
          reject(error);
        }
      };
      const fail = (cause?: Error) => reject(incomplete(cause));
      request.on('data', take);
      request.on('end', () => {
        // Over HTTP/2 node ends a body that broke off like a whole one.
        if (request.aborted) fail();
        else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      });
      request.on('error', fail);
      // Of a peer that has gone before nothing is told any more.
      if (request.destroyed) fail();
    });
  }

  /** Works with it when the turn of large bodies has come to it, which is so large by now. */
  async inTurn<R>(size: number, work: () => R): Promise<R> {
    this.#hold(size);
    const done = await this.#parts.bodies.turnFor(this.#client);
    try {
      return work();
    } finally {
      done();
    }
  }

  release(): void {
    if (this.#held > 0) this.#parts.bodies.release(this.#client, this.#held);
    this.#held = 0;
  }

  #hold(size: number): void {
    if (size <= uncounted || size <= this.#held) return;
    this.#parts.bodies.hold(this.#client, size - this.#held);
    this.#held = size;
  }
}

/** Whether somebody has read the body already: a parser of the user's server. */
export function wasRead({ readableDidRead, readableEnded }: IncomingMessage): boolean {
  return readableDidRead || readableEnded;
}

/** What such a parser left of the body, its codings undone; WotError `internal` BODY_CONSUMED where that is nothing. */
export function parsedBody(request: IncomingMessage): Uint8Array {
  const { headers, body } = request as IncomingMessage & { readonly body?: unknown };
  if (headers['content-length'] === '0') return Buffer.alloc(0);
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body === undefined || payloadKind(headers['content-type'] ?? '') !== 'json') throw consumed();
  try {
    // Its levels are counted, and its type is looked at, where those of all bodies are.
    return Buffer.from(JSON.stringify(body));
  } catch (cause) {
    throw malformed('JSON', 'it nests too deep; send a flatter value', cause);
  }
}

function consumed(): WotError {
  const message =
    'The request body was read before it came to the servient; its operator must mount the servient before body parsers.';
  return new WotError('internal', 'BODY_CONSUMED', message);
}

/** WotError `too-large` BODY_TOO_LARGE. */
export function tooLarge(limit: number): WotError {
  const message = `The request body is larger than ${limit} bytes; send less, or raise the servient's body limit.`;
  return new WotError('too-large', 'BODY_TOO_LARGE', message);
}
