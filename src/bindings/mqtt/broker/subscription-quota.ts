import type { Client } from 'aedes';

/** How many subscriptions there may be. */
export interface SubscriptionBounds {
  /** Of one client. */
  readonly subscriptions: number;
  /** Of all that are connected; as many again of sessions that outlive their connection. */
  readonly allSubscriptions: number;
}

/** Bounds the subscriptions of a broker's clients. */
export class SubscriptionQuota {
  readonly #bounds: SubscriptionBounds;
  /** How many the lasting sessions have, absent ones included. */
  readonly #lasting: () => number;
  /** How many each connected client had when it asked for one last, that one included. */
  readonly #held = new Map<Client, number>();
  #total = 0;

  constructor(bounds: SubscriptionBounds, lasting: () => number) {
    this.#bounds = bounds;
    this.#lasting = lasting;
  }

  /** Whether a client may have a filter; it is counted then. */
  admits(client: Client, filter: string): boolean {
    const { subscriptions } = client as unknown as {
      readonly subscriptions: Readonly<Record<string, unknown>>;
    };
    if (subscriptions[filter]) return true;
    const { subscriptions: most, allSubscriptions: mostOfAll } = this.#bounds;
    const held = Object.keys(subscriptions).length;
    if (held >= most || this.#total >= mostOfAll) return false;
    if (!client.clean && client.connected && this.#lasting() >= mostOfAll) return false;
    this.#count(client, held + 1);
    return true;
  }

  #count(client: Client, held: number): void {
    const before = this.#held.get(client);
    if (before === undefined) client.conn.once('close', () => this.#forget(client));
    this.#held.set(client, held);
    this.#total += held - (before ?? 0);
  }

  #forget(client: Client): void {
    this.#total -= this.#held.get(client) ?? 0;
    this.#held.delete(client);
  }
}
