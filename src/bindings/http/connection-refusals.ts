import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { anonymous } from '../../contracts/access.ts';
import type { Clock } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import { type Refusal, refusalText } from '../../contracts/http-refusal.ts';
import type { Connections } from './connections.ts';
import { isHttp2 } from './messages/is-http2.ts';
import { type ProblemOptions, ServerExchange } from './messages/server-exchange.ts';
import { endOnError } from './upgrades.ts';

/** Milliseconds that a refused peer has to read why. */
const lingerFor = 2000;

/** Answers what is no request to a Thing: bytes that are not HTTP, half requests, CONNECT, unknown expectations. A connection ends with it. */
export class ConnectionRefusals {
  readonly #clock: Clock;
  readonly #connections: Connections;
  readonly #refused = new WeakSet<Duplex>();

  constructor(clock: Clock, connections: Connections) {
    this.#clock = clock;
    this.#connections = connections;
  }

  /** For `clientError`. */
  malformed(fault: Error & { readonly code?: string }, socket: Duplex): void {
    const refusal = refusalOf(fault);
    const latest = this.#connections.latest(socket);
    // What broke is the connection or its TLS: nothing can be said there.
    if (refusal === undefined) socket.destroy();
    else if (latest?.req.complete !== false) this.refuse(socket, refusal);
    // Nobody may take what has been sent for the whole.
    else if (latest.headersSent) (socket as Socket).destroySoon();
    else {
      // The response stays with the handler that may still answer.
      this.#connections.dropNewest(socket);
      this.refuse(socket, refusal);
    }
  }

  /** For `tlsClientError`: tells HTTP without TLS apart from what nothing can be said to. */
  untrusted({ code }: NodeJS.ErrnoException, socket: Duplex): void {
    // Node does not tell otherwise what is below TLS.
    const { _parent: below } = socket as { readonly _parent?: Duplex | null };
    if (code !== 'ERR_SSL_HTTP_REQUEST' || !below) return;
    const detail = 'This port speaks TLS; use https: in the address.';
    endOnError(below);
    this.refuse(below, { error: new WotError('invalid', 'TLS_EXPECTED', detail) });
  }

  /** For `connect`. */
  connect(request: IncomingMessage, peer: Duplex): void {
    const detail = 'This servient is not a proxy and does not CONNECT; ask it for its own Things.';
    const error = new WotError('not-implemented', 'CONNECT_NOT_OFFERED', detail);
    // Node gives the response of the stream in the place of a socket.
    if (isHttp2(request)) {
      refuseRequest(peer as unknown as ServerResponse, error);
    } else {
      endOnError(peer);
      peer.resume();
      this.refuse(peer, { error });
    }
  }

  /** For `checkExpectation` (RFC 9110 section 10.1.1). */
  expectation(request: IncomingMessage, response: ServerResponse): void {
    const detail = `Expect: ${request.headers.expect} is not understood; leave it out, or send 100-continue.`;
    const error = new WotError('invalid', 'EXPECTATION_UNKNOWN', detail);
    this.#connections.inTurn(request, response, () => refuseRequest(response, error, { status: 417 }));
  }

  /** Answers on a socket that no request holds any more, after what is under way there. */
  refuse(socket: Duplex, refusal: Refusal): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    this.#connections.whenAnswered(socket, () => {
      if (!socket.writable) return void socket.destroy();
      socket.end(refusalText(refusal));
      this.#clock.after(lingerFor, () => socket.destroy());
    });
  }
}

/** Answers a request that nobody else serves. */
export function refuseRequest(response: ServerResponse, error: WotError, options?: ProblemOptions): void {
  new ServerExchange(response.req, response, anonymous, '').sendProblem(error, options);
}

function refusalOf({ code = '' }: { readonly code?: string }): Refusal | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const detail = 'The request did not arrive in time; send it again, without pauses.';
    return { status: 408, error: new WotError('timeout', 'REQUEST_TIMEOUT', detail) };
  }
  if (!code.startsWith('HPE_')) return undefined;
  const detail = `The request is not valid HTTP/1.1 (${code}); correct the client that sent it.`;
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  return { status, error: new WotError('invalid', 'HTTP_MALFORMED', detail) };
}
