import { ClientBounds } from '../../../security/client-bounds.ts';
import type { Peer } from '../endpoint/endpoint.ts';

/** How much may be held at one time. */
export interface PeerLimits {
  /** In all; and for one address at most as much as it leaves to all others. */
  readonly most: number;
  /** For peers that only claim their address. */
  readonly mostUnverified: number;
  /** For one address, whose ports are any number of peers: many clients of one host, or of a proxy, but never all there is. */
  readonly mostPerAddress: number;
  readonly mostPerPeer: number;
}

/** What a server holds for its peers, bounded in all, per address and per peer. */
export class PeerBounds {
  readonly #limits: PeerLimits;
  readonly #peers: ClientBounds;
  readonly #addresses: ClientBounds;
  #unverified = 0;

  constructor(limits: PeerLimits) {
    const { most, mostPerAddress, mostPerPeer } = limits;
    this.#limits = limits;
    this.#peers = new ClientBounds({ most, mostPerClient: mostPerPeer });
    this.#addresses = new ClientBounds({ most, mostPerClient: mostPerAddress });
  }

  /** The bound that leaves no room for this much more, where one does. */
  exceeded({ key, address, allowance }: Peer, amount = 1): keyof PeerLimits | undefined {
    const { most, mostUnverified } = this.#limits;
    const ofPeer = this.#peers.exceeded(key, amount);
    if (ofPeer !== undefined) return ofPeer === 'most' ? 'most' : 'mostPerPeer';
    if (allowance !== undefined && this.#unverified + amount > mostUnverified) return 'mostUnverified';
    if (this.#addresses.exceeded(address, amount)) return 'mostPerAddress';
    const left = most - this.#addresses.held - amount;
    return this.#addresses.heldBy(address) + amount > left + 1 ? 'most' : undefined;
  }

  take({ key, address, allowance }: Peer): void {
    this.#peers.take(key);
    this.#addresses.take(address);
    if (allowance !== undefined) this.#unverified += 1;
  }

  give({ key, address, allowance }: Peer): void {
    this.#peers.give(key);
    this.#addresses.give(address);
    if (allowance !== undefined) this.#unverified -= 1;
  }
}
