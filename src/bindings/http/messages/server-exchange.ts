import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Principal } from '../../../contracts/access.ts';
import { toProblem, WotError } from '../../../contracts/errors.ts';
import type { HttpCoding } from '../../../contracts/http-route.ts';
import { httpStatus } from '../../../contracts/http-status.ts';
import type { CallContext } from '../../../contracts/interaction.ts';
import { payloadKind } from '../../../contracts/media-type.ts';
import { type QueryText, queryVariables } from '../../../interaction/query-variables.ts';
import { chooseCoding, compress, compressedFrom, isCompressible } from './compression.ts';
import { isHttp2 } from './is-http2.ts';
import { negotiate } from './negotiation.ts';

const smallBody = 16 * 1024;
/** Bytes of a refused body that are read and thrown away, so that a peer that sends all of it first gets to read why. */
export const discarded = 64 * 1024 * 1024;
/** Milliseconds of silence after which such a peer is cut off; node's requestTimeout bounds the whole. */
const discardIdle = 10_000;

/** RFC 9113 section 7 */
const internalError = 2;

const problemType = 'application/problem+json';

/** What an answer to an error has besides the error. */
export interface ProblemOptions {
  /** Where it is not that of the kind. */
  readonly status?: number;
  /** The methods that the resource has. */
  readonly allow?: readonly string[];
}

/** One request on its way: what was asked, who asks, and the means to answer. */
export class ServerExchange implements CallContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** The query without `?`, as received. */
  readonly query: string;
  #variables: Readonly<Record<string, string | QueryText>> | undefined;
  #controller: AbortController | undefined;
  #vary = '';
  #continued = false;

  constructor(request: IncomingMessage, response: ServerResponse, principal: Principal, query: string) {
    this.request = request;
    this.response = response;
    this.principal = principal;
    this.query = query;
  }

  get uriVariables(): Readonly<Record<string, string | QueryText>> {
    this.#variables ??= queryVariables(this.query);
    return this.#variables;
  }

  /** Aborts when the peer is gone before it was answered. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.response.once('close', () => {
        if (!this.response.writableFinished) controller.abort(new Error('The client has gone.'));
      });
    }
    return this.#controller.signal;
  }

  /** The same call, for an operation whose payloads may be streams. */
  get carrying(): CallContext {
    const { principal, uriVariables, signal } = this;
    return { principal, uriVariables, signal, carries: 'streams' };
  }

  /** Lets a peer that asked before send its body (RFC 9110 section 10.1.1). */
  awaitBody(): void {
    if (this.#holdsBody()) this.response.writeContinue();
    this.#continued = true;
  }

  /** Notes request headers that the answer depends on. */
  varies(names: string): void {
    this.#vary = this.#vary === '' ? names : `${this.#vary}, ${names}`;
  }

  /** The media type to answer with; WotError `not-acceptable` where the peer takes none of those offered. */
  accepted(offered: readonly string[]): string {
    this.varies('Accept');
    const type = negotiate(this.request.headers.accept, offered);
    if (type !== undefined) return type;
    throw new WotError(
      'not-acceptable',
      'NOT_ACCEPTABLE',
      `None of what Accept names is available here; ask for ${offered.join(' or ')}.`,
    );
  }

  /** Keeps browsers from taking what a Thing gives in a type of its own for a page of this origin. */
  guard(type: string): void {
    this.response.setHeader('x-content-type-options', 'nosniff');
    if (payloadKind(type) !== 'json') this.response.setHeader('content-security-policy', 'sandbox');
  }

  writeHead(status: number, headers: OutgoingHttpHeaders = {}): ServerResponse {
    return this.response.writeHead(status, this.#vary === '' ? headers : { ...headers, vary: this.#vary });
  }

  /** Answers with a body, compressed where that pays; HEAD gets its headers alone (RFC 9110 section 9.3.2). */
  send(status: number, type: string, body: Uint8Array): void {
    if (body.byteLength >= compressedFrom && this.#mayCompress(type)) {
      this.varies('Accept-Encoding');
      const coding = chooseCoding(this.request.headers['accept-encoding']);
      if (coding) this.#sendCoded(status, type, { coding, body });
      else this.#end(status, type, body);
    } else {
      this.#end(status, type, body);
    }
  }

  /** Who sets one of these headers sends what was compressed before, or has a strong validator for just these bytes. */
  #mayCompress(type: string): boolean {
    const { response } = this;
    return isCompressible(type) && !response.hasHeader('content-encoding') && !response.hasHeader('etag');
  }

  #sendCoded(
    status: number,
    type: string,
    { coding, body }: { readonly coding: HttpCoding; readonly body: Uint8Array },
  ): void {
    // Whoever counts answers sees it before it has left.
    this.response.statusCode = status;
    compress(coding, body)
      .then(
        (coded) => {
          this.response.setHeader('content-encoding', coding);
          this.#end(status, type, coded);
        },
        () => this.#end(status, type, body),
      )
      .catch(() => this.#cut());
  }

  #end(status: number, type: string, body: Uint8Array): void {
    this.writeHead(status, { 'content-type': type, 'content-length': body.byteLength });
    if (this.request.method === 'HEAD') this.response.end();
    else if (body.byteLength > smallBody) this.response.end(body);
    // As text of one byte a character it leaves in one write together with the head, which node does not do for bytes.
    else
      this.response.end(
        Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'),
        'latin1',
      );
  }

  sendJson(status: number, value: unknown, type = 'application/json'): void {
    this.send(status, type, Buffer.from(JSON.stringify(value)));
  }

  sendNothing(): void {
    this.writeHead(204).end();
  }

  /** Answers an error: RFC 9457, once; a peer that has its head already loses the connection. */
  sendProblem(error: WotError, { status = httpStatus[error.kind], allow = [] }: ProblemOptions = {}): void {
    if (this.response.headersSent) {
      this.#cut();
      return;
    }
    const { retryAfter } = error.details;
    if (error.kind === 'not-allowed') this.response.setHeader('allow', allow.join(', '));
    if (retryAfter !== undefined) this.response.setHeader('retry-after', Math.ceil(retryAfter));
    const problem = toProblem(error, status);
    if (!hasUnreadBody(this.request)) this.sendJson(status, problem, problemType);
    else this.#sendBeforeBody(status, Buffer.from(JSON.stringify(problem)));
  }

  /** Ends an answer so that nobody takes what was sent for the whole. */
  #cut(): void {
    const { response, request } = this;
    if (isHttp2(request)) (response as unknown as Http2ServerResponse).stream.close(internalError);
    else response.destroy();
  }

  /** Whether the peer waits for a word before it sends its body. */
  #holdsBody(): boolean {
    return !this.#continued && /100-continue/i.test(this.request.headers.expect ?? '');
  }

  /** Answers at once, but closes only when the body has come: closing before would take the answer from the peer. */
  #sendBeforeBody(status: number, body: Buffer): void {
    const { request, response } = this;
    // What is left of an unread body must not be taken for the next request.
    const headers = {
      'content-type': problemType,
      'content-length': body.byteLength,
      // HTTP/2 has streams instead (RFC 9113 section 8.2.2).
      ...(!isHttp2(request) && { connection: 'close' }),
    };
    this.writeHead(status, headers).write(body);
    if (this.#holdsBody()) return void response.end();
    let size = 0;
    request.setTimeout(discardIdle);
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > discarded) response.destroy();
    });
    request.once('end', () => response.end());
  }
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return (
    !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
  );
}
