import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { anonymous } from '../../contracts/access.ts';
import type { Clock } from '../../contracts/clock.ts';
import { toProblem, WotError } from '../../contracts/errors.ts';
import { ServerExchange } from './server-exchange.ts';

/** Milliseconds that a refused peer has to read why. */
const lingerFor = 2000;

interface Refusal {
  readonly status: number;
  readonly error: WotError;
}

/** Answers what is no request to a Thing: bytes that are not HTTP, half requests, CONNECT, unknown expectations. A connection ends with it. */
export class ConnectionRefusals {
  readonly #clock: Clock;
  readonly #latest = new WeakMap<Duplex, ServerResponse>();
  readonly #refused = new WeakSet<Duplex>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes the newest answer of a connection: a refusal must not take its place. */
  note(response: ServerResponse): void {
    this.#latest.set(response.req.socket, response);
  }

  /** For `clientError`. */
  malformed(fault: Error & { readonly code?: string }, socket: Duplex): void {
    const latest = this.#latest.get(socket);
    if (latest?.req.complete === false) refuseBody(latest, refusalOf(fault));
    else this.#refuse(socket, refusalOf(fault));
  }

  /** For `connect`. */
  connect(socket: Duplex): void {
    const detail = 'This servient is not a proxy and does not CONNECT; ask it for its own Things.';
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.#refuse(socket, {
      status: 501,
      error: new WotError('not-implemented', 'CONNECT_NOT_OFFERED', detail),
    });
  }

  /** For `checkExpectation` (RFC 9110 section 10.1.1). */
  expectation(request: IncomingMessage, response: ServerResponse): void {
    this.note(response);
    const detail = `Expect: ${request.headers.expect} is not understood; leave it out, or send 100-continue.`;
    const error = new WotError('invalid', 'EXPECTATION_UNKNOWN', detail);
    new ServerExchange(request, response, anonymous, '').sendProblem(error, { status: 417 });
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const latest = this.#latest.get(socket);
    if (latest === undefined || latest.writableFinished) this.#answer(socket, refusal);
    else latest.once('finish', () => this.#answer(socket, refusal));
  }

  #answer(socket: Duplex, { status, error }: Refusal): void {
    if (!socket.writable) return void socket.destroy();
    const body = JSON.stringify(toProblem(error, status));
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}`;
    socket.end(`${head}\r\n\r\n${body}`);
    this.#clock.after(lingerFor, () => socket.destroy());
  }
}

/** What broke is the body of a request that is being served: its own answer says so. */
function refuseBody(response: ServerResponse, { status, error }: Refusal): void {
  const exchange = new ServerExchange(response.req, response, anonymous, '');
  if (!response.headersSent) exchange.sendProblem(error, { status });
  response.end();
}

function refusalOf({ code }: { readonly code?: string }): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const detail = 'The request did not arrive in time; send it again, without pauses.';
    return { status: 408, error: new WotError('timeout', 'REQUEST_TIMEOUT', detail) };
  }
  const detail = `The request is not valid HTTP/1.1 (${code ?? 'malformed'}); correct the client that sent it.`;
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  return { status, error: new WotError('invalid', 'HTTP_MALFORMED', detail) };
}
