import type { Clock } from '../../../contracts/clock.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Peer } from './endpoint.ts';

export interface AddressBounds {
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly maxBytesPerAddress: number;
}

/** What peers have here, bounded in bytes for each address and in all; those who only claim their address have a quarter more, for themselves. */
export class AddressCache<V> {
  readonly #verified: SharedRoom<V>;
  readonly #claimed: SharedRoom<V>;

  constructor(bounds: AddressBounds) {
    this.#verified = new SharedRoom(bounds);
    this.#claimed = new SharedRoom({ ...bounds, maxBytes: bounds.maxBytes / 4 });
  }

  get({ address }: Peer, key: string): V | undefined {
    return this.#verified.get(address, key) ?? this.#claimed.get(address, key);
  }

  /** `payloadBytes` is what the value holds besides the entry itself. */
  set(peer: Peer, key: string, value: V, payloadBytes: number): void {
    this.delete(peer, key);
    const room = peer.allowance === undefined ? this.#verified : this.#claimed;
    room.set(peer.address, key, { value, payloadBytes });
  }

  delete({ address }: Peer, key: string): void {
    this.#verified.delete(address, key);
    this.#claimed.delete(address, key);
  }
}

/** One address takes at most as much as it leaves to all others; where that does not do, the address silent longest loses all of its own first. */
class SharedRoom<V> {
  readonly #bounds: AddressBounds;
  readonly #caches = new Map<string, BoundedCache<V>>();
  #bytes = 0;

  constructor(bounds: AddressBounds) {
    this.#bounds = bounds;
  }

  get(address: string, key: string): V | undefined {
    return this.#caches.get(address)?.get(key);
  }

  set(address: string, key: string, { value, payloadBytes }: { value: V; payloadBytes: number }): void {
    const { clock, maxBytes, maxBytesPerAddress } = this.#bounds;
    const cache = this.#caches.get(address) ?? new BoundedCache<V>({ clock, maxBytes: maxBytesPerAddress });
    // Now the last one to lose it.
    this.#caches.delete(address);
    this.#caches.set(address, cache);
    this.#bytes -= cache.bytes;
    cache.set(key, value, payloadBytes);
    cache.shrink((maxBytes - this.#bytes) / 2);
    this.#bytes += cache.bytes;
    for (const [silent, { bytes, isOver }] of this.#caches) {
      if ((this.#bytes <= maxBytes && !isOver) || silent === address) return;
      this.#caches.delete(silent);
      this.#bytes -= bytes;
    }
  }

  delete(address: string, key: string): void {
    const cache = this.#caches.get(address);
    if (cache === undefined) return;
    this.#bytes -= cache.bytes;
    cache.delete(key);
    this.#bytes += cache.bytes;
    if (cache.bytes === 0) this.#caches.delete(address);
  }
}
