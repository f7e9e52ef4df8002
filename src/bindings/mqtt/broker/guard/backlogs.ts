import type { Client } from 'aedes';
import { ClientAmounts } from './client-amounts.ts';

/** Bytes that may wait for subscribers that are slow to take them. */
export interface BacklogBounds {
  /** Of one connection. */
  readonly backlog: number;
  /** Of all. */
  readonly allBacklogs: number;
}

/** What a packet that waits takes in memory beside its bytes, about. */
const overhead = 700;

/** What waits for the connections of a broker's clients. */
export class Backlogs {
  readonly #bounds: BacklogBounds;
  readonly #bytes = new ClientAmounts();

  constructor(bounds: BacklogBounds) {
    this.#bounds = bounds;
  }

  /** Whether more may wait for a client: where all are over the bound, for those below their share alone. */
  admits(client: Client): boolean {
    const { backlog, allBacklogs } = this.#bounds;
    const bytes = this.#count(client);
    if (bytes > backlog || this.#bytes.total <= allBacklogs) return bytes <= backlog;
    for (const each of this.#bytes.clients()) this.#count(each); // they may have taken theirs since
    return this.#bytes.total <= allBacklogs || bytes <= allBacklogs / this.#bytes.size;
  }

  #count(client: Client): number {
    const bytes = backlogOf(client);
    this.#bytes.set(client, bytes);
    return bytes;
  }
}

function backlogOf(client: Client): number {
  // Of aedes, left out of its types: a call for each packet that waits.
  const { _pendingDrains: packets } = client as unknown as { readonly _pendingDrains: readonly unknown[] };
  return client.conn.writableLength + overhead * packets.length;
}
