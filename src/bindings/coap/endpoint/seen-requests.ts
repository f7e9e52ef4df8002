import type { Clock } from '../../../contracts/clock.ts';
import { methodCode } from '../messages/coap-code.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Inbound } from './endpoint.ts';

interface SeenRequest {
  readonly token: Buffer;
  /** The answer or ACK, once there is one. */
  readonly reply: Buffer | undefined;
}

const mebibyte = 1024 * 1024;
const repeatableBytes = 4 * mebibyte;
const peerBytes = 4 * mebibyte;
const onceBytes = 32 * mebibyte;

/**
 * The requests of the last 247 s, for the duplicates among them (RFC 7252 section 4.5). GET and FETCH, which may be
 * carried out again, share a cache; of all others every peer has one, and the peers silent longest lose theirs first.
 */
export class SeenRequests {
  readonly #clock: Clock;
  readonly #repeatable: BoundedCache<SeenRequest>;
  readonly #once = new Map<string, BoundedCache<SeenRequest>>();
  #onceBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#repeatable = new BoundedCache({ clock, maxBytes: repeatableBytes });
  }

  /** What was kept of the request that this one repeats; one that reuses an id with another token is new. */
  get(request: Inbound): SeenRequest | undefined {
    const cache = isRepeatable(request) ? this.#repeatable : this.#once.get(request.peer.key);
    const seen = cache?.get(keyOf(request));
    return seen?.token.equals(request.token) ? seen : undefined;
  }

  set(request: Inbound, reply?: Buffer): void {
    const seen = { token: Buffer.from(request.token), reply };
    const bytes = reply?.length ?? 0;
    if (isRepeatable(request)) {
      this.#repeatable.set(keyOf(request), seen, bytes);
      return;
    }
    const cache = this.#ownCache(request.peer.key);
    const before = cache.bytes;
    cache.set(keyOf(request), seen, bytes);
    this.#onceBytes += cache.bytes - before;
    for (const [peer, { bytes: freed }] of this.#once) {
      if (this.#onceBytes <= onceBytes) return;
      this.#once.delete(peer);
      this.#onceBytes -= freed;
    }
  }

  /** The cache of a peer, now the last to lose it. */
  #ownCache(peer: string): BoundedCache<SeenRequest> {
    const cache = this.#once.get(peer) ?? new BoundedCache({ clock: this.#clock, maxBytes: peerBytes });
    this.#once.delete(peer);
    this.#once.set(peer, cache);
    return cache;
  }
}

const isRepeatable = ({ code }: Inbound): boolean => code === methodCode.GET || code === methodCode.FETCH;

const keyOf = ({ peer, id }: Inbound): string => `${peer.key} ${id}`;
