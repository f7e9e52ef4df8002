import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../contracts/clock.ts';
import type { ExchangeLine } from '../page-data.ts';

const heartbeatEvery = 15_000;
/** Heartbeats in a row in which a reader takes nothing of what waits for it, until it is cut off. */
const patience = 4;
/** Bytes that wait for a slow reader; beyond, lines are left out and counted. */
const highWater = 1024 * 1024;

const head = {
  'content-type': 'application/x-ndjson; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** An answer of one JSON text per line, each sent as it comes; the head goes with the first one. */
export class LineStream {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #heartbeat: Timer | undefined;
  #waiting = 0;
  #dropped = 0;
  #silentBeats = 0;
  #isClosed = false;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    response.once('close', () => {
      this.#isClosed = true;
      this.#heartbeat?.cancel();
    });
  }

  /** Whether nothing was sent yet. */
  get isFresh(): boolean {
    return this.#heartbeat === undefined;
  }

  /** Sends a line, unless its reader is too slow. */
  tell(line: ExchangeLine): void {
    if (this.#waiting > highWater) this.#dropped += 1;
    else this.mustTell(line);
  }

  /** Sends a line in any case. */
  mustTell(line: ExchangeLine): void {
    this.#begin();
    this.#tellDropped();
    this.#write(JSON.stringify(line));
  }

  end(): void {
    this.#heartbeat?.cancel();
    this.#isClosed = true;
    this.#response.end();
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#write(JSON.stringify({ line: 'dropped', count: this.#dropped }));
    this.#dropped = 0;
  }

  #begin(): void {
    if (!this.isFresh) return;
    this.#response.writeHead(200, head);
    this.#heartbeat = this.#clock.every(heartbeatEvery, () => this.#beat());
  }

  #beat(): void {
    this.#silentBeats += 1;
    if (this.#waiting === 0) {
      this.#tellDropped();
      this.#write('');
    } else if (this.#silentBeats > patience) this.#response.destroy();
  }

  #write(text: string): void {
    if (this.#isClosed) return;
    const bytes = Buffer.from(`${text}\n`);
    this.#waiting += bytes.length;
    this.#response.write(bytes, () => {
      this.#waiting -= bytes.length;
      this.#silentBeats = 0;
    });
  }
}
