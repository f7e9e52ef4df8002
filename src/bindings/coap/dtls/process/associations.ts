import type { PeerIdentity } from '../../../../contracts/access.ts';
import type { Bounds } from '../../../../security/client-bounds.ts';
import type { Address } from '../../endpoint/endpoint.ts';
import type { DtlsSession } from './dtls-session.ts';

/** A session of a server with one address. */
export interface Association extends Address {
  /** Address and port. */
  readonly at: string;
  /** The random of the ClientHello that began it. */
  readonly hello: string;
  readonly session: DtlsSession;
  /** What the handshake proved. */
  identity?: PeerIdentity | undefined;
  heardAt: number;
  /** Encrypted records that came before the handshake was complete. */
  earlyRecords: number;
}

/** Associations by address, bounded in all and per IP address. */
export class Associations {
  readonly #bounds: Bounds;
  readonly #all = new Map<string, Association>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  get(at: string): Association | undefined {
    return this.#all.get(at);
  }

  /** A copy, so that it may change meanwhile. */
  list(): readonly Association[] {
    return [...this.#all.values()];
  }

  /** Adds one; gives the one that has to go for it, which of those that may is the longest unheard. */
  add(association: Association): Association | undefined {
    const surplus = this.#surplus(association.address);
    this.#all.set(association.at, association);
    return surplus;
  }

  delete(association: Association): boolean {
    return this.#all.get(association.at) === association && this.#all.delete(association.at);
  }

  #surplus(address: string): Association | undefined {
    const { most, mostPerClient } = this.#bounds;
    const all = this.list();
    const ofAddress = all.filter((each) => each.address === address);
    if (ofAddress.length >= mostPerClient) return longestUnheard(ofAddress);
    return all.length >= most ? longestUnheard(all) : undefined;
  }
}

const longestUnheard = (associations: readonly Association[]): Association =>
  associations.reduce((one, other) => (other.heardAt < one.heardAt ? other : one));
