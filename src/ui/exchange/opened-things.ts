import { ClientPool } from '../../consumer/client-pool.ts';
import { Exchange } from '../../consumer/exchange.ts';
import { findTd } from '../../consumer/found-td.ts';
import type { Clock, Timer } from '../../contracts/clock.ts';
import { abortable } from '../../contracts/deadline.ts';
import type { PartialTd } from '../../contracts/td.ts';

/** A Thing to talk to; equal keys stand for equal TDs. */
export interface ThingToOpen {
  readonly key: string;
  /** Its TD, or the address of that. */
  readonly source: PartialTd | string;
  /** A certificate in PEM to trust beside those of the system. */
  readonly ca?: string | undefined;
}

interface Limits {
  readonly signal: AbortSignal;
  readonly timeout: number;
}

interface Entry {
  readonly opened: Promise<Exchange>;
  readonly since: number;
  stop(): Promise<void>;
  users: number;
  idle?: Timer;
}

const idleFor = 30_000;
/** Milliseconds after which the TD at an address is fetched again. */
const freshFor = 60_000;
const mostKept = 32;

/** Things with their connections, kept for a while after their last use, so that the next one is fast. */
export class OpenedThings {
  readonly #clock: Clock;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  /** Closes all when `stopped` aborts. */
  constructor(clock: Clock, stopped: AbortSignal) {
    this.#clock = clock;
    stopped.addEventListener('abort', () => {
      for (const [key, entry] of this.#entries) this.#close(key, entry);
    });
  }

  /** Works with a Thing; rejects as fetching its TD does. */
  async use<R>(thing: ThingToOpen, limits: Limits, work: (exchange: Exchange) => Promise<R>): Promise<R> {
    const { key } = thing;
    const entry = this.#fresh(key) ?? this.#open(thing, limits.timeout);
    entry.users += 1;
    entry.idle?.cancel();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      return await work(await abortable(entry.opened, limits.signal));
    } finally {
      this.#release(key, entry);
    }
  }

  #fresh(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#clock.now() - entry.since < freshFor ? entry : undefined;
  }

  #open({ key, source, ca }: ThingToOpen, timeout: number): Entry {
    const old = this.#entries.get(key);
    if (old?.users === 0) this.#close(key, old);
    const clients = new ClientPool([], ca === undefined ? {} : { ca });
    const stopping = new AbortController();
    const opened = findTd(source, clients, { timeout, signal: stopping.signal }).then(
      (found) => new Exchange({ ...found, clients, timeout, clock: this.#clock, stopped: stopping.signal }),
    );
    const entry: Entry = {
      opened,
      since: this.#clock.now(),
      users: 0,
      async stop() {
        stopping.abort();
        await clients.stop();
      },
    };
    opened.catch(() => this.#close(key, entry));
    return entry;
  }

  #release(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(key) !== entry) this.#close(key, entry);
    else entry.idle = this.#clock.after(idleFor, () => this.#close(key, entry));
    const [oldest] = [...this.#entries].filter(([, { users }]) => users === 0);
    if (this.#entries.size > mostKept && oldest) this.#close(...oldest);
  }

  #close(key: string, entry: Entry): void {
    entry.idle?.cancel();
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    entry.stop().catch(() => {}); // nobody uses it any more
  }
}
