import type { IncomingMessage } from 'node:http';
import { constants, Http2ServerRequest, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Clock } from '../../contracts/clock.ts';
import { Uptake } from './uptake.ts';

/** Whether a request came over HTTP/2; the version that it tells is text of the peer, which may lie over HTTP/1. */
export function isHttp2(request: IncomingMessage): boolean {
  return (request as object) instanceof Http2ServerRequest;
}

export interface Http2Timeouts {
  /** Milliseconds of silence. */
  readonly idle: number;
  /** Milliseconds for a whole request to arrive. */
  readonly request: number;
}

/** The HTTP/2 sessions of a server: node bounds the time of requests and idle connections for HTTP/1.1 alone. */
export class Http2Sessions {
  readonly #clock: Clock;
  readonly #timeouts: Http2Timeouts;
  readonly #open = new Set<ServerHttp2Session>();
  readonly #streams = new Map<ServerHttp2Stream, () => boolean>();

  constructor(clock: Clock, timeouts: Http2Timeouts) {
    this.#clock = clock;
    this.#timeouts = timeouts;
  }

  keep(session: ServerHttp2Session): void {
    const { idle } = this.#timeouts;
    this.#open.add(session);
    session.once('close', () => this.#open.delete(session));
    session.on('error', () => session.destroy());
    session.on('stream', (stream) => {
      this.#boundArrival(stream);
      this.#watch(stream);
    });
    // Node calls once; a session that has streams under way stays open at first.
    const silent = () => {
      if (session.closed) return session.destroy();
      session.close();
      session.setTimeout(idle, silent);
    };
    session.setTimeout(idle, silent);
  }

  /** Takes no more requests (GOAWAY, RFC 9113 section 6.8), and ends after those under way. */
  close(): void {
    for (const session of this.#open) session.close();
  }

  /** Ends the answers that their peers do not take. */
  beat(): void {
    for (const [stream, lives] of this.#streams) {
      if (!lives()) stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  #watch(stream: ServerHttp2Stream): void {
    const uptake = new Uptake();
    let drained = 0;
    stream.on('drain', () => drained++);
    this.#streams.set(stream, () => uptake.beats(drained - stream.writableLength, stream.writableLength));
    stream.once('close', () => this.#streams.delete(stream));
  }

  #boundArrival(stream: ServerHttp2Stream): void {
    if (stream.endAfterHeaders) return;
    const late = this.#clock.after(this.#timeouts.request, () => stream.close(constants.NGHTTP2_CANCEL));
    for (const done of ['end', 'close']) stream.once(done, () => late.cancel());
  }
}
