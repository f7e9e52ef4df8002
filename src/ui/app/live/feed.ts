import type { Beat } from './beat.ts';
import { EventLog } from './event-log.ts';
import type { LiveEvent } from './live.ts';
import type { LiveEvents } from './live-events.ts';
import { type Readable, Store } from './store.ts';

/** The events of several Things, or those of one name, while somebody listens. */
export class Feed implements Readable<readonly LiveEvent[]> {
  readonly #events: () => readonly LiveEvents[];
  readonly #name: string | undefined;
  readonly #log = new EventLog();
  readonly #store: Store<readonly LiveEvent[]>;
  #listeners = 0;
  #leaves: readonly (() => void)[] = [];

  /** `events` gives those of each Thing when they are needed. */
  constructor(beat: Beat, events: () => readonly LiveEvents[], name?: string) {
    this.#store = new Store(beat, () => this.#log.all());
    this.#events = events;
    this.#name = name;
  }

  readonly get = (): readonly LiveEvent[] => this.#store.get();

  readonly listen = (listener: () => void): (() => void) => {
    if (this.#listeners++ === 0) {
      this.#leaves = this.#events().map((each) => each.listen((event) => this.#take(event)));
    }
    const end = this.#store.listen(listener);
    return () => {
      end();
      if (--this.#listeners > 0) return;
      for (const leave of this.#leaves) leave();
    };
  };

  #take(event: LiveEvent): void {
    if (this.#name !== undefined && event.name !== this.#name) return;
    if (this.#log.add(event)) this.#store.touch();
  }
}
