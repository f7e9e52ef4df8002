import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../contracts/clock.ts';
import { toProblem } from '../../contracts/errors.ts';
import { httpStatus } from '../../contracts/http-status.ts';
import { stopping } from '../../interaction/servient-state.ts';
import { Uptake } from './uptake.ts';

/** The remote end of a connection. */
export type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

export interface Http2Timeouts {
  /** Milliseconds of silence. */
  readonly idle: number;
  /** Milliseconds for a whole request to arrive. */
  readonly request: number;
}

/** The open streams of a session, and whether their peer takes what is written for them. */
type Streams = Map<ServerHttp2Stream, () => boolean>;

const problemType = 'application/problem+json';

/** The HTTP/2 sessions of a server: node bounds the time of requests and idle connections for HTTP/1.1 alone. */
export class Http2Sessions {
  readonly #clock: Clock;
  readonly #timeouts: Http2Timeouts;
  readonly #cut: (peer: Peer) => void;
  #closing = false;
  readonly #open = new Map<ServerHttp2Session, Streams>();

  /** `cut` ends the connection with that peer. */
  constructor(clock: Clock, timeouts: Http2Timeouts, cut: (peer: Peer) => void) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#cut = cut;
  }

  keep(session: ServerHttp2Session): void {
    const { idle } = this.#timeouts;
    const streams: Streams = new Map();
    this.#open.set(session, streams);
    session.once('close', () => this.#open.delete(session));
    session.on('error', () => session.destroy());
    session.on('stream', (stream) => {
      this.#boundArrival(stream);
      watch(stream, streams);
    });
    // Node calls once; a session that has streams under way stays open at first.
    const silent = () => {
      if (session.closed) return this.#end(session);
      session.close();
      session.setTimeout(idle, silent);
    };
    session.setTimeout(idle, silent);
    // Its handshake was under way.
    if (this.#closing) session.close();
  }

  /** Takes no more requests (GOAWAY, RFC 9113 section 6.8), and ends after those under way. */
  close(): void {
    this.#closing = true;
    for (const session of this.#open.keys()) session.close();
  }

  /** Answers 503 in the place of those who still work on requests. */
  refuseUnanswered(): void {
    const error = stopping();
    const status = httpStatus[error.kind];
    const headers = { ':status': status, 'content-type': problemType, 'retry-after': '1' };
    for (const stream of [...this.#open.values()].flatMap((streams) => [...streams.keys()])) {
      if (stream.headersSent || stream.closed) continue;
      stream.respond(headers);
      stream.end(JSON.stringify(toProblem(error, status)));
    }
  }

  /** Ends the answers that their peers do not take, and the sessions that do not even take the end of one. */
  beat(): void {
    for (const [session, streams] of this.#open) {
      for (const [stream, lives] of streams) {
        if (lives()) continue;
        if (stream.closed) this.#end(session);
        else stream.close(constants.NGHTTP2_CANCEL);
      }
    }
  }

  /** Node itself waits until what it has begun to write is taken. */
  #end(session: ServerHttp2Session): void {
    if (session.socket) this.#cut(session.socket);
    session.destroy();
  }

  #boundArrival(stream: ServerHttp2Stream): void {
    if (stream.endAfterHeaders) return;
    const late = this.#clock.after(this.#timeouts.request, () => stream.close(constants.NGHTTP2_CANCEL));
    for (const done of ['end', 'close']) stream.once(done, () => late.cancel());
  }
}

function watch(stream: ServerHttp2Stream, streams: Streams): void {
  const uptake = new Uptake();
  let drained = 0;
  stream.on('drain', () => drained++);
  streams.set(stream, () => uptake.beats(drained - stream.writableLength, stream.writableLength));
  stream.once('close', () => streams.delete(stream));
}
