import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that wait on one connection; it is not read beyond. */
const mostOfOne = 100;
/** Those of all connections; beyond, a connection that adds to more than its share is cut. */
const mostOfAll = 50_000;
const share = 10;
/** Milliseconds of one turn of the event loop that requests which have waited may take. */
const slice = 5;

/** A request that waits for its turn. */
export interface WaitingRequest {
  readonly response: ServerResponse;
  serve(): void;
}

/** What came over one connection, in order. */
export interface RequestLine {
  readonly socket: Socket;
  /** The answer that is under way, or the last one. */
  current: ServerResponse;
  readonly waiting: WaitingRequest[];
}

/**
 * Serves the requests of a connection one after the other: those that change something take effect in their order
 * (RFC 9112 section 9.3.2), and a connection holds one answer, however many it asks for at once.
 */
export class PipelinedRequests {
  #count = 0;
  /** The lines whose answer has left. */
  readonly #ready = new Set<RequestLine>();
  /** Where it has begun, until when. */
  #sliceEnds: number | undefined;

  /** Behind an answer that is under way. */
  add(line: RequestLine, request: WaitingRequest): void {
    const { socket, waiting } = line;
    if (this.#count >= mostOfAll && waiting.length >= share) return void socket.destroy();
    this.#count++;
    if (waiting.push(request) === 1) this.#await(line);
    // Node asks for more when it has parsed a request, a tick later.
    if (waiting.length >= mostOfOne) process.nextTick(process.nextTick, pause, line);
  }

  /** Takes the newest one back. */
  remove(line: RequestLine): void {
    if (line.waiting.pop()) this.#count--;
  }

  /** The connection is over. */
  drop(line: RequestLine): void {
    this.#count -= line.waiting.length;
    line.waiting.length = 0;
    this.#ready.delete(line);
  }

  #await(line: RequestLine): void {
    line.current.once('finish', () => {
      this.#ready.add(line);
      this.#go();
    });
  }

  #go(): void {
    this.#sliceEnds ??= this.#beginSlice();
    for (const line of this.#ready) {
      if (performance.now() >= this.#sliceEnds) return;
      this.#ready.delete(line);
      this.#next(line);
    }
  }

  /** What is left when it ends waits until the event loop has seen to the others. */
  #beginSlice(): number {
    setImmediate(() => {
      this.#sliceEnds = undefined;
      if (this.#ready.size > 0) this.#go();
    });
    return performance.now() + slice;
  }

  #next(line: RequestLine): void {
    const { socket, waiting } = line;
    // After an answer that closes the connection nothing may be served (RFC 9112 section 9.6).
    const next = socket.writable ? waiting.shift() : undefined;
    if (next === undefined) return void this.drop(line);
    this.#count--;
    line.current = next.response;
    if (waiting.length > 0) this.#await(line);
    if (waiting.length === mostOfOne - 1) socket.resume();
    next.serve();
  }
}

function pause({ socket, waiting }: RequestLine): void {
  if (waiting.length >= mostOfOne) socket.pause();
}
