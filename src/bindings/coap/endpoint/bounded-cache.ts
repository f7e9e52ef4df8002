import type { Clock } from '../../../contracts/clock.ts';

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  readonly until: number;
}

export interface CacheBounds {
  readonly clock: Clock;
  readonly maxBytes: number;
}

const exchangeLifetime = 247_000; // RFC 7252 section 4.8.2
const entryOverhead = 300;

/** Values kept for 247 s after they were last set, bounded in bytes: the oldest go first, the newest always stays. */
export class BoundedCache<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #bounds: CacheBounds;
  /** Goes from the oldest to the newest, once for all: each new one would have to pass by all that were deleted. */
  readonly #ageing = this.#entries.entries();
  #oldest: readonly [string, Entry<V>] | undefined;
  #bytes = 0;
  #until = 0;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing that it has is kept any longer. */
  get isOver(): boolean {
    return this.#until <= this.#bounds.clock.now();
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#bounds.clock.now() ? entry.value : undefined;
  }

  /** `payloadBytes` is what the value holds besides the entry itself. */
  set(key: string, value: V, payloadBytes: number): void {
    this.delete(key);
    const bytes = payloadBytes + key.length + entryOverhead;
    this.#until = this.#bounds.clock.now() + exchangeLifetime;
    this.#entries.set(key, { value, bytes, until: this.#until });
    this.#bytes += bytes;
    this.shrink(this.#bounds.maxBytes);
  }

  /** Drops the oldest until it has at most so many bytes; the newest stays. */
  shrink(maxBytes: number): void {
    const now = this.#bounds.clock.now();
    while (this.#entries.size > 0) {
      const [oldest, { until }] = this.#first();
      if (this.#entries.size === 1 || (this.#bytes <= maxBytes && until > now)) return;
      this.delete(oldest);
    }
  }

  /** The oldest entry, where there is one. */
  #first(): readonly [string, Entry<V>] {
    while (this.#oldest === undefined || this.#entries.get(this.#oldest[0]) !== this.#oldest[1]) {
      this.#oldest = this.#ageing.next().value;
    }
    return this.#oldest;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#entries.delete(key)) this.#bytes -= entry.bytes;
  }
}
