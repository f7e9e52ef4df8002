import type { Clock, Timer } from '../../../../contracts/clock.ts';
import type { Logger } from '../../../../contracts/logger.ts';
import type { RecordChange, RecordStore } from '../../../../contracts/stores.ts';
import { recordKinds } from './record-kinds.ts';

export interface JournalOptions {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** All that is to be in the store. */
  kept(): Iterable<RecordChange>;
}

/** Milliseconds after which a store that failed is tried again. */
const retryAfter = 5000;
/** At most; and so often that little time goes into it, for everyone waits meanwhile. */
const longestRetry = 60_000;
const retryShare = 0.05;

/**
 * Writes down what the broker keeps. Where the store fails, nothing is acknowledged, what is in memory stays true, and
 * is written as a whole as soon as the store takes it.
 */
export class Journal {
  readonly #options: JournalOptions;
  #failure: Error | undefined;
  #recovery: Promise<void> | undefined;
  #retry: Timer | undefined;
  /** Milliseconds that the last one took. */
  #took = 0;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Why the store does not have all that it should. */
  get fault(): string | undefined {
    return this.#failure?.message;
  }

  /** Resolves when the changes, and those before them, are durable; whoever does not wait need not catch. */
  change(changes: readonly RecordChange[]): Promise<void> {
    if (this.#closed || changes.length === 0) return Promise.resolve();
    if (this.#failure && !this.#recovery) return this.#told(Promise.reject(this.#failure));
    const own = this.#options.records.change(changes);
    own.catch((error) => this.#fail(error));
    const both = this.#recovery && Promise.all([this.#recovery, own]).then(() => {});
    return this.#told(both ?? own);
  }

  /** Resolves when all that was changed so far is durable. */
  async caughtUp(): Promise<void> {
    await this.#last;
    if (this.#failure) throw this.#failure;
  }

  /** Waits for what is under way; nothing is written afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#last.catch(() => {});
  }

  #told(written: Promise<void>): Promise<void> {
    written.catch(() => {});
    this.#last = written;
    return written;
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    const { logger, clock } = this.#options;
    if (!this.#failure) logger.error('The MQTT broker cannot store what it must keep', { error });
    this.#failure = error;
    const pause = Math.min(Math.max(retryAfter, this.#took / retryShare), longestRetry);
    this.#retry ??= clock.after(pause, () => this.#recover());
  }

  #recover(): void {
    this.#retry = undefined;
    const { clock, logger } = this.#options;
    const begun = clock.now();
    const rewritten = this.#rewrite().finally(() => {
      this.#took = clock.now() - begun;
    });
    this.#recovery = rewritten.then(
      () => {
        this.#recovery = undefined;
        if (this.#retry) return; // something else failed meanwhile
        this.#failure = undefined;
        logger.info('The MQTT broker can store again what it must keep');
      },
      (error) => {
        this.#recovery = undefined;
        this.#fail(error);
        throw error;
      },
    );
    void this.#told(this.#recovery);
  }

  /** Asked for in one go: what changes later is written later. What is there already takes no room, but one record that shows whether there is any. */
  async #rewrite(): Promise<void> {
    const { records, kept } = this.#options;
    const all = [...kept()];
    const changes = new Map(all.map((change) => [`${change.kind}\0${change.key}`, change]));
    for (const kind of Object.values(recordKinds)) {
      for (const [key, stored] of records.load(kind)) {
        const id = `${kind}\0${key}`;
        const value = changes.get(id)?.value;
        if (!value) changes.set(id, { kind, key, value });
        else if (Buffer.compare(value, stored) === 0) changes.delete(id);
      }
    }
    await records.change(changes.size > 0 ? [...changes.values()] : all.slice(0, 1));
  }
}
