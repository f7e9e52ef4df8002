import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { ApiError } from '../api/api-error.ts';
import { Beat } from './beat.ts';
import { Feed } from './feed.ts';
import type { Connection } from './live.ts';
import { type EventsParts, LiveEvents } from './live-events.ts';
import { LiveProperty, type PropertyParts } from './live-property.ts';
import { LiveSocket } from './live-socket.ts';
import { OneOfEach } from './one-of-each.ts';
import { PollLoad } from './poll.ts';
import { Requests } from './requests.ts';
import { type Readable, Store } from './store.ts';

export interface LiveClientOptions {
  /** The WebSocket endpoint of the servient. */
  readonly url: string;
  readonly clock: Clock;
  /** Calls when the browser paints next. */
  frame(call: () => void): void;
  /** From 0 to 1; `Math.random` by default. */
  readonly random?: () => number;
}

type SharedParts = Omit<PropertyParts & EventsParts, 'name' | 'isFaulty'>;

/** Milliseconds without a message after which a connection has to show that it lives. */
const silence = 20_000;
/** Any answer will do, and the refusal of this costs the least. */
const question = { thingID: 'urn:thingwright:page', operation: 'queryallactions' } as const;

/** The one stream of a tab: what is wanted of all Things, over one WebSocket. */
export class LiveClient {
  readonly connection: Readable<Connection>;
  readonly requests: Requests;
  readonly #options: Required<LiveClientOptions>;
  readonly #beat: Beat;
  readonly #socket: LiveSocket;
  readonly #load = new PollLoad();
  readonly #properties = new OneOfEach<LiveProperty>();
  readonly #events = new OneOfEach<LiveEvents>();
  readonly #used = new Set<LiveProperty | LiveEvents>();
  #pulse: Timer | undefined;
  #faulty: ReadonlySet<string> = new Set();

  constructor(options: LiveClientOptions) {
    this.#options = { random: Math.random, ...options };
    const { clock, frame, random, url } = this.#options;
    this.#beat = new Beat(clock, frame);
    this.requests = new Requests(clock, (text) => this.#socket.send(text));
    const connection = new Store(this.#beat, () => this.#socket.state);
    this.connection = connection;
    this.#socket = new LiveSocket({
      url,
      clock,
      random,
      opened: () => this.#opened(),
      text: (data) => this.requests.hear(data),
      lost: () => this.#lost(),
      changed: () => connection.touch(),
    });
  }

  /** A property of the Thing with this id. */
  property(thing: string, name: string): LiveProperty {
    const isFaulty = () => this.#faulty.has(thing);
    const make = () => new LiveProperty({ ...this.#parts(thing), name, isFaulty });
    return this.#properties.get(`${thing}\n${name}`, make);
  }

  /** The events of Things, or those of one name. */
  feed(things: readonly string[], name?: string): Feed {
    return new Feed(this.#beat, () => things.map((thing) => this.#eventsOf(thing)), name);
  }

  /** Tells which Things have devices that do not answer the servient. */
  tellFaults(things: ReadonlySet<string>): void {
    const before = this.#faulty;
    if (things.size === before.size && [...things].every((thing) => before.has(thing))) return;
    this.#faulty = things;
    for (const each of this.#used) each.touch();
  }

  /** Connects, and tries again until it is paused; makes sure of a connection that was silent. */
  wake(): void {
    this.#socket.wake();
    void this.#prove();
  }

  /** Ends the connection; what is wanted comes back with `wake`. */
  pause(): void {
    this.#socket.pause();
  }

  /** The connection is known to be gone. */
  drop(): void {
    this.#socket.drop();
  }

  #eventsOf(thing: string): LiveEvents {
    return this.#events.get(thing, () => new LiveEvents(this.#parts(thing)));
  }

  #parts(thing: string): SharedParts {
    const { clock, random } = this.#options;
    return {
      thing,
      clock,
      random,
      requests: this.requests,
      beat: this.#beat,
      load: this.#load,
      used: this.#used,
      isLive: () => this.#socket.state.state === 'live',
    };
  }

  #opened(): void {
    // First, for its answer tells how the clocks differ before anything else comes.
    this.requests.ask(question).catch(() => {});
    for (const each of this.#used) each.connected();
    this.#pulse = this.#options.clock.every(silence, () => void this.#prove());
  }

  #lost(): void {
    this.#pulse?.cancel();
    this.requests.lost();
    for (const each of this.#used) each.lost();
  }

  /** A broken connection may look alive for minutes. */
  async #prove(): Promise<void> {
    const { clock } = this.#options;
    const isSilent = () => clock.now() - this.requests.heardAt >= silence;
    if (!isSilent()) return;
    await this.requests.ask(question).catch(({ problem }: ApiError) => {
      if (problem.kind === 'timeout' && isSilent()) this.drop();
    });
  }
}
