import type { Change, Gap, Subscriber, Unsubscribe } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import type { ChangeIds } from './change-ids.ts';

/** Which changes: one affordance, or all properties or events of a Thing. */
export interface Topic {
  readonly thing: string;
  readonly kind: Change['kind'];
  readonly name?: string;
}

/** What the ring still holds, oldest first; `gap` where it no longer holds all. */
export interface Replay {
  readonly gap?: Gap;
  readonly changes: readonly Change[];
}

/** How much the replay ring of a servient may hold. */
export interface RingBounds {
  readonly changes: number;
  /** Estimated bytes of all data. */
  readonly bytes: number;
}

const defaultBounds: RingBounds = { changes: 10_000, bytes: 16 * 1024 * 1024 };

/** Every change of a servient passes here once: it gets its id, enters the replay ring and goes to its subscribers. */
export class ChangeFeed {
  readonly #ids: ChangeIds;
  readonly #bounds: RingBounds;
  readonly #logger: Logger;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** Oldest first from `#start` on; before it, what was dropped. */
  #ring: ({ readonly change: Change; readonly size: number } | undefined)[] = [];
  #start = 0;
  #bytes = 0;
  #published = 0;
  /** Changes up to this id may be missing from the ring. */
  #floor: number;

  constructor(ids: ChangeIds, logger: Logger, bounds: RingBounds = defaultBounds) {
    this.#ids = ids;
    this.#logger = logger;
    this.#bounds = bounds;
    this.#floor = ids.last;
  }

  publish(topic: Required<Topic>, data: unknown): Change {
    const change: Change = { id: this.#ids.next(), ...topic, data };
    this.#remember(change);
    this.#published += 1;
    for (const key of [keyOf(topic), keyOf({ thing: topic.thing, kind: topic.kind })]) {
      for (const subscriber of this.#subscribers.get(key) ?? []) this.#tell(subscriber, change);
    }
    return change;
  }

  /** A subscriber's bug is not the device's, nor the other subscribers'. */
  #tell(subscriber: Subscriber, change: Change): void {
    try {
      subscriber.change(change);
    } catch (error) {
      this.#logger.error(`A subscriber of ${change.kind} of ${JSON.stringify(change.thing)} failed`, {
        error,
      });
    }
  }

  /** A change that only one subscriber sees: the present value at the start of an observation. */
  snapshot(topic: Required<Topic>, data: unknown): Change {
    return { id: this.#ids.next(), ...topic, data, present: true };
  }

  subscribe(topic: Topic, subscriber: Subscriber): Unsubscribe {
    const key = keyOf(topic);
    const subscribers = this.#subscribers.get(key) ?? new Set();
    this.#subscribers.set(key, subscribers.add(subscriber));
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0 && this.#subscribers.get(key) === subscribers) this.#subscribers.delete(key);
    };
  }

  /** The highest id so far. */
  get last(): number {
    return this.#ids.last;
  }

  /** How many changes there were. */
  get published(): number {
    return this.#published;
  }

  /** How many listen. */
  get subscriptions(): number {
    let count = 0;
    for (const subscribers of this.#subscribers.values()) count += subscribers.size;
    return count;
  }

  /** How many listen to this very topic. */
  subscriberCount(topic: Topic): number {
    return this.#subscribers.get(keyOf(topic))?.size ?? 0;
  }

  /** Ends the subscriptions of these topics: the Thing is gone. */
  end(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      const subscribers = this.#subscribers.get(keyOf(topic));
      this.#subscribers.delete(keyOf(topic));
      for (const subscriber of subscribers ?? []) subscriber.ended?.();
    }
  }

  replay(wanted: (change: Change) => boolean, after: number): Replay {
    const changes: Change[] = [];
    for (let index = this.#firstAfter(after); index < this.#ring.length; index++) {
      const change = this.#ring[index]?.change;
      if (change && wanted(change)) changes.push(change);
    }
    // An id that was never given out, e.g. from before the state was lost: nobody knows what lies between.
    if (after > this.#ids.last) return { gap: { after, resumesAt: this.#ids.last + 1 }, changes };
    return after < this.#floor ? { gap: { after, resumesAt: this.#floor + 1 }, changes } : { changes };
  }

  #firstAfter(after: number): number {
    let low = this.#start;
    let high = this.#ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ring[middle]?.change.id ?? 0) <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remember(change: Change): void {
    const size = sizeOf(change.data);
    this.#ring.push({ change, size });
    this.#bytes += size;
    while (this.#ring.length - this.#start > this.#bounds.changes || this.#bytes > this.#bounds.bytes) {
      const oldest = this.#ring[this.#start];
      if (!oldest) break;
      this.#ring[this.#start++] = undefined;
      this.#bytes -= oldest.size;
      this.#floor = oldest.change.id;
    }
    // Drops the emptied front once it is half of the array: constant cost per change.
    if (this.#start > 1024 && this.#start * 2 > this.#ring.length) {
      this.#ring = this.#ring.slice(this.#start);
      this.#start = 0;
    }
  }
}

function keyOf({ thing, kind, name }: Topic): string {
  return name === undefined ? `${kind} ${thing}` : `${kind} ${thing}\n${name}`;
}

/** Estimated bytes of a value. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 64 + value.length * 2;
  if (value instanceof Uint8Array) return 64 + value.byteLength;
  if (typeof value !== 'object' || value === null) return 64;
  let size = 64;
  for (const [name, member] of Object.entries(value)) size += name.length * 2 + sizeOf(member);
  return size;
}
