import type { Client } from 'aedes';
import { ClientAmounts } from './client-amounts.ts';

/** How many subscriptions there may be, of filters of usual length: a long one counts as several. */
export interface SubscriptionBounds {
  /** Of one client. */
  readonly subscriptions: number;
  /** Of all that are connected; as many again of sessions that outlive their connection. */
  readonly allSubscriptions: number;
}

/** The subscriptions of the sessions that outlive their connection, absent ones included. */
export interface LastingSubscriptions {
  /** How many they count as. */
  readonly places: number;
  filtersOf(clientId: string): readonly string[];
}

/** Characters of a filter that counts as one. */
const usualLength = 256;

/** Bounds the subscriptions of a broker's clients. */
export class SubscriptionQuota {
  readonly #bounds: SubscriptionBounds;
  readonly #lasting: LastingSubscriptions;
  /** What each connected client had when it asked for one last, that one included. */
  readonly #held = new ClientAmounts();

  constructor(bounds: SubscriptionBounds, lasting: LastingSubscriptions) {
    this.#bounds = bounds;
    this.#lasting = lasting;
  }

  /** Whether a client may have a filter; it is counted then. */
  admits(client: Client, filter: string): boolean {
    const filters = this.#filtersOf(client);
    const isNew = !filters.includes(filter);
    if (isNew && filters.length >= this.#bounds.subscriptions) return false;
    const held = placesOf(isNew ? [...filters, filter] : filters);
    if (isNew && !this.#fits(client, held)) return false;
    this.#held.set(client, held);
    return true;
  }

  /** Of a lasting session also those that are not written yet. */
  #filtersOf(client: Client): readonly string[] {
    if (!client.clean) return this.#lasting.filtersOf(client.id);
    const { subscriptions } = client as unknown as { readonly subscriptions: object };
    return Object.keys(subscriptions);
  }

  #fits(client: Client, held: number): boolean {
    const { subscriptions: most, allSubscriptions: mostOfAll } = this.#bounds;
    const total = this.#held.total - this.#held.of(client) + held;
    return held <= most && total <= mostOfAll && (client.clean || this.#lasting.places < mostOfAll);
  }
}

/** How many subscriptions filters count as. */
export function placesOf(filters: Iterable<string>): number {
  let places = 0;
  for (const { length } of filters) places += Math.ceil(length / usualLength);
  return places;
}
