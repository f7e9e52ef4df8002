/** Pings and pongs that a peer may send from one heartbeat to the next. */
const controlsAtMost = 1000;
/** Heartbeats that a message may take to arrive. */
const patience = 2;
/** Bytes of a control frame before its payload: client frames are masked (RFC 6455 section 5.2). */
const controlHead = 6;

/** What comes from a peer beside whole messages. */
export class Reception {
  #controls = 0;
  /** Bytes of a message that is not whole yet. */
  #unfinished = 0;
  #beats = 0;

  bytes(count: number): void {
    this.#unfinished += count;
  }

  /** A whole message: nothing before it is unfinished, for only control frames come between its parts (RFC 6455 section 5.4). */
  message(): void {
    this.#unfinished = 0;
    this.#beats = 0;
  }

  /** A ping or pong; false where there were too many. */
  control({ length }: Uint8Array): boolean {
    this.#unfinished = Math.max(0, this.#unfinished - controlHead - length);
    this.#controls += 1;
    return this.#controls <= controlsAtMost;
  }

  /** At a heartbeat: false where a message is unfinished for too long. */
  beats(): boolean {
    this.#controls = 0;
    this.#beats = this.#unfinished > 0 ? this.#beats + 1 : 0;
    return this.#beats <= patience;
  }
}
