import { WotError } from '../../contracts/errors.ts';
import type { Change, Gap, Subscriber, Unsubscribe } from '../../contracts/interaction.ts';
import { idToTimestamp, timestampToId } from '../../interaction/change-ids.ts';
import { PacedSubscription } from '../../interaction/paced-subscription.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Bytes waiting for a slow reader; beyond, it is caught up from the replay ring when it has read them. */
const highWater = 256 * 1024;
/** Heartbeats in a row in which a reader takes nothing of what waits for it, until it is cut off. */
const patience = 4;

/** Subscribes to what a stream carries, after an id where one is given. */
export type SseSource = (subscriber: Subscriber, after: number | undefined) => Promise<Unsubscribe>;

/** All open streams of a server: one heartbeat and one bound for all. */
export class SseStreams {
  readonly #open = new Set<SseStream>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps proxies and readers from taking silence for death (WHATWG HTML section 9.2.7). */
  heartbeat(): void {
    for (const stream of this.#open) {
      if (stream.isGone) this.#close(stream);
      else stream.beat();
    }
  }

  /** The server stops: readers may come back. */
  stop(): void {
    for (const stream of this.#open) stream.end();
  }

  /** Serves one stream until the peer goes or the Thing does; fails before the head is sent where subscribing fails. */
  async serve(exchange: ServerExchange, source: SseSource): Promise<void> {
    if (this.#open.size >= this.#most) {
      const message = `This servient serves ${this.#most} event streams and takes no more now; close some, or try again later.`;
      throw new WotError('overloaded', 'STREAMS_EXHAUSTED', message, { retryAfter: 30 });
    }
    const stream = new SseStream(exchange, source);
    this.#open.add(stream);
    exchange.response.once('close', () => this.#close(stream));
    await stream.start();
  }

  #close(stream: SseStream): void {
    this.#open.delete(stream);
    stream.stop();
  }
}

class SseStream {
  readonly #exchange: ServerExchange;
  readonly #subscription: PacedSubscription;
  /** What is told before the head is sent. */
  #early: Buffer[] | undefined = [];
  #earlySize = 0;
  #ended = false;
  #taken = 0;
  #stalled = 0;

  constructor(exchange: ServerExchange, source: SseSource) {
    const { response } = exchange;
    this.#exchange = exchange;
    this.#subscription = new PacedSubscription({
      ready: () => response.writableLength + this.#earlySize < highWater,
      change: (change) => this.#write(eventBytes(change)),
      gap: (gap) => this.#write(gapBytes(gap)),
      ended: () => this.#tellEnd(),
      failed: () => response.destroy(),
      subscribe: source,
    });
    response.on('error', () => response.destroy());
    response.on('drain', () => this.#subscription.resume());
  }

  /** A stream that waits behind others on its connection is not told when that closes. */
  get isGone(): boolean {
    return this.#exchange.request.socket.destroyed;
  }

  async start(): Promise<void> {
    const { request, response } = this.#exchange;
    await this.#subscription.start(lastEventId(request.headers['last-event-id']));
    if (response.destroyed) return;
    this.#exchange.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    // The comment makes the head leave at once, also where there is nothing to tell yet.
    const first = Buffer.concat([heartbeatBytes, ...(this.#early ?? [])]);
    this.#early = undefined;
    this.#earlySize = 0;
    this.#write(first);
    if (this.#ended || request.method === 'HEAD') response.end();
  }

  /** Ends the subscription. */
  stop(): void {
    this.#subscription.stop();
  }

  /** Ends the stream after what waits. */
  end(): void {
    this.stop();
    this.#ended = true;
    if (this.#early === undefined) this.#exchange.response.end();
  }

  /** Tells a reader that keeps up that the server lives; cuts off one that reads nothing. */
  beat(): void {
    const { request, response } = this.#exchange;
    const taken = request.socket.bytesWritten - request.socket.writableLength;
    const keepsUp = response.writableLength === 0;
    this.#stalled = keepsUp || taken !== this.#taken ? 0 : this.#stalled + 1;
    this.#taken = taken;
    if (keepsUp) this.#write(heartbeatBytes);
    else if (this.#stalled === patience) request.socket.destroy();
  }

  #write(bytes: Buffer): void {
    const { response } = this.#exchange;
    if (this.#early !== undefined) {
      this.#early.push(bytes);
      this.#earlySize += bytes.byteLength;
    } else if (!response.writableEnded && !response.destroyed) {
      response.write(bytes);
    }
  }

  #tellEnd(): void {
    this.#write(endBytes);
    this.end();
  }
}

const heartbeatBytes = Buffer.from(': \n\n');
/** Tells the reader not to come back: a stream that just closes is opened again. */
const endBytes = Buffer.from('event: $end\ndata:\n\n');

let encoded: { readonly change: Change; readonly bytes: Buffer } | undefined;

/** One change goes to all its streams in a row: it is encoded once. */
function eventBytes(change: Change): Buffer {
  if (encoded?.change !== change) encoded = { change, bytes: Buffer.from(eventText(change)) };
  return encoded.bytes;
}

function eventText({ id, name, data }: Change): string {
  // An event without data sends an empty data line, which dispatches it.
  const payload = data === undefined ? '' : JSON.stringify(data);
  return `event: ${oneLine(name)}\nid: ${idToTimestamp(id)}\ndata: ${payload}\n\n`;
}

function gapBytes({ after, resumesAt }: Gap): Buffer {
  const data = { after: idToTimestamp(after), resumesAt: idToTimestamp(resumesAt) };
  return Buffer.from(`event: $gap\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A name cannot end its line. */
function oneLine(name: string): string {
  return name.replaceAll(/[\r\n]/g, ' ');
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' ? timestampToId(header) : undefined;
}
