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
  #bytes = 0;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#bounds.clock.now() ? entry.value : undefined;
  }

  /** `payloadBytes` is what the value holds besides the entry itself. */
  set(key: string, value: V, payloadBytes: number): void {
    this.delete(key);
    const now = this.#bounds.clock.now();
    const bytes = payloadBytes + key.length + entryOverhead;
    this.#entries.set(key, { value, bytes, until: now + exchangeLifetime });
    this.#bytes += bytes;
    for (const [oldest, { until }] of this.#entries) {
      if (oldest === key || (this.#bytes <= this.#bounds.maxBytes && until > now)) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#entries.delete(key)) this.#bytes -= entry.bytes;
  }
}
