import type { Change, SubscribeContext, Subscriber, Unsubscribe } from '../../../contracts/interaction.ts';
import { idToTimestamp, timestampToId } from '../../../interaction/change-ids.ts';
import { PacedSubscription } from '../../../interaction/paced-subscription.ts';
import { type Bounds, ClientBounds } from '../../../security/client-bounds.ts';
import { eventStream } from '../client/sse-parser.ts';
import type { ServerExchange } from './server-exchange.ts';
import {
  endBytes,
  eventBytes,
  gapBytes,
  greeting,
  heartbeatBytes,
  idlessBytes,
  positionBytes,
} from './sse-bytes.ts';

/** Bytes waiting for a slow reader; beyond, it is caught up from the replay ring when it has read them. */
const highWater = 64 * 1024;
/** The same for all slow readers together; beyond, each gets the next change when it has read the one before. */
const backlogBytes = 64 * 1024 * 1024;
/** Heartbeats in a row in which a reader takes nothing of what waits for it, until it is cut off. */
const patience = 4;

/** Subscribes to what a stream carries. */
export type SseSource = (subscriber: Subscriber, context: SubscribeContext) => Promise<Unsubscribe>;

const counted = {
  code: 'STREAMS',
  what: 'event streams open',
  advice: 'close some, or observe all of a Thing in one',
  retryAfter: 30,
};

/** All open streams of a server: one heartbeat and one bound for all. */
export class SseStreams {
  readonly #open = new Set<SseStream>();
  readonly #bounds: ClientBounds;
  readonly #backlog: Backlog;

  /** `backlog` is how many bytes may wait for all slow readers together. */
  constructor(bounds: Bounds, backlog = backlogBytes) {
    this.#bounds = new ClientBounds(bounds);
    this.#backlog = { waiting: 0, most: backlog };
  }

  get size(): number {
    return this.#open.size;
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
    const { request, response } = exchange;
    const client = request.socket.remoteAddress ?? '';
    this.#bounds.check(client, counted);
    if (request.method === 'HEAD') {
      await check(exchange, source);
      return void exchange.writeHead(200, streamHead).end();
    }
    const stream = new SseStream({ exchange, source, client, backlog: this.#backlog });
    this.#open.add(stream);
    this.#bounds.take(client);
    response.once('close', () => this.#close(stream));
    await stream.start();
  }

  #close(stream: SseStream): void {
    if (!this.#open.delete(stream)) return;
    this.#bounds.give(stream.client);
    stream.close();
  }
}

/** Fails as subscribing does, and subscribes to nothing: it is broken off where all has been checked. */
async function check({ principal, uriVariables }: ServerExchange, source: SseSource): Promise<void> {
  const checked = new Error('HEAD subscribes to nothing');
  const since = () => {
    throw checked;
  };
  await source({ since, change: () => undefined }, { principal, uriVariables }).catch((error) => {
    if (error !== checked) throw error;
  });
}

const streamHead = {
  'content-type': eventStream,
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const nothing = Buffer.alloc(0);

/** Bytes that wait for slow readers, of all streams. */
interface Backlog {
  readonly most: number;
  waiting: number;
}

interface StreamParts {
  readonly exchange: ServerExchange;
  readonly source: SseSource;
  /** The remote address. */
  readonly client: string;
  readonly backlog: Backlog;
}

class SseStream {
  readonly client: string;
  readonly #exchange: ServerExchange;
  readonly #subscription: PacedSubscription;
  readonly #backlog: Backlog;
  /** Bytes of the backlog that are of this stream. */
  #waiting = 0;
  /** Whether a change was left in the ring because too much waits. */
  #held = false;
  #closed = false;
  /** What is told before the head is sent. */
  #early: (Change | Buffer)[] | undefined = [];
  #earlySize = 0;
  /** Where a stream starts that was asked for without an id. */
  #since: number | undefined;
  #ended = false;
  #taken = 0;
  #stalled = 0;

  constructor({ exchange, source, client, backlog }: StreamParts) {
    const { response, principal, uriVariables } = exchange;
    this.client = client;
    this.#exchange = exchange;
    this.#backlog = backlog;
    this.#subscription = new PacedSubscription({
      ready: () => this.#isReady(),
      since: (id) => {
        this.#since = id;
      },
      change: (change) => this.#change(change),
      gap: ({ after, resumesAt }) => this.#write(gapBytes(idToTimestamp(after), resumesAt)),
      ended: () => this.#tellEnd(),
      failed: () => response.destroy(),
      subscribe: (subscriber, after) =>
        source(subscriber, { principal, uriVariables, ...(after === undefined ? {} : { after }) }),
    });
    response.on('error', () => response.destroy());
  }

  /** A stream that begins when its peer has gone is not told. */
  get isGone(): boolean {
    return this.#exchange.request.socket.destroyed;
  }

  async start(): Promise<void> {
    const { request, response } = this.#exchange;
    const lastId = request.headers['last-event-id']?.toString() ?? '';
    const after = timestampToId(lastId);
    await this.#subscription.start(after);
    if (response.destroyed) return;
    this.#exchange.writeHead(200, streamHead);
    // An id that is none of ours: what came after it is unknown.
    if (lastId !== '' && after === undefined && this.#since !== undefined) {
      this.#early?.unshift(gapBytes(lastId, this.#since + 1));
    }
    const first = this.#first(after);
    this.#early = undefined;
    this.#earlySize = 0;
    for (const bytes of first) this.#write(bytes);
    if (this.#ended) response.end();
    else if (this.#held) this.#tellWritten();
  }

  /** The first bytes: a comment, so that the head leaves at once; what was told already; where to resume after. */
  #first(after: number | undefined): readonly Buffer[] {
    const early = this.#early ?? [];
    const isPresent = (entry: Change | Buffer) => !Buffer.isBuffer(entry) && entry.present === true;
    const [from, upTo] = [early.findIndex(isPresent), early.findLastIndex(isPresent)];
    // A reader that is cut before it has all present values must not resume between them: the last one alone has its id.
    const told = early.map((entry, index) => {
      if (Buffer.isBuffer(entry)) return entry;
      return index >= from && index < upTo ? idlessBytes(entry) : eventBytes(entry);
    });
    const hasId = early.some((entry) => !Buffer.isBuffer(entry));
    return [greeting, ...told, ...(hasId ? [] : [positionBytes(this.#since ?? after ?? 0)])];
  }

  #change(change: Change): void {
    const bytes = eventBytes(change);
    if (this.#early !== undefined) {
      this.#early.push(change);
      this.#earlySize += bytes.byteLength;
    } else this.#write(bytes);
  }

  /** Ends the subscription. */
  stop(): void {
    this.#subscription.stop();
  }

  /** The connection is gone. */
  close(): void {
    this.stop();
    this.#closed = true;
    this.#wait(0);
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
      this.#wait(response.writableLength + bytes.byteLength);
      response.write(bytes);
    }
  }

  /** Who reads all that it gets is always ready. */
  #isReady(): boolean {
    if (this.#early === undefined) this.#wait(this.#exchange.response.writableLength);
    const { waiting, most } = this.#backlog;
    const own = this.#waiting + this.#earlySize;
    if (own === 0 || (own < highWater && waiting < most)) return true;
    if (!this.#held && this.#early === undefined) this.#tellWritten();
    this.#held = true;
    return false;
  }

  /** No bytes, but a word when all before them have left; asked for only by who waits, because it costs. */
  #tellWritten(): void {
    this.#exchange.response.write(nothing, this.#written);
  }

  readonly #written = (): void => {
    const { response } = this.#exchange;
    if (this.#closed || this.#ended || response.destroyed) return;
    this.#wait(response.writableLength);
    if (this.#waiting > 0) this.#tellWritten();
    else {
      this.#held = false;
      this.#subscription.resume();
    }
  };

  #wait(bytes: number): void {
    this.#backlog.waiting += bytes - this.#waiting;
    this.#waiting = bytes;
  }

  #tellEnd(): void {
    this.#write(endBytes);
    this.end();
  }
}
