import type { Client } from 'aedes';
import type { RecordChange } from '../../../../contracts/stores.ts';
import { placesOf } from '../guard/subscription-quota.ts';
import type { Session } from './lasting-sessions.ts';
import { dropped, recordKinds, sessionKey, sessionKeyParts } from './record-kinds.ts';
import type { StoredRecord } from './stored-records.ts';

/** What a SUBSCRIBE asks for. */
export interface Subscription {
  readonly topic: string;
  readonly qos: number;
}

/** Subscriptions that were added. */
export interface Added {
  readonly changes: readonly RecordChange[];
  /** Has messages queued for them: as soon as they are delivered, else one that comes between would wait for the next connection. */
  begin(): void;
}

/** What aedes' persistence has to find the subscriptions that a topic matches. */
export interface SubscriptionIndex {
  addSubscriptions(client: { readonly id: string }, subscriptions: readonly Subscription[]): Promise<unknown>;
  removeSubscriptions(client: { readonly id: string }, filters: readonly string[]): Promise<unknown>;
  cleanSubscriptions(client: { readonly id: string }): Promise<unknown>;
}

/** The subscriptions of the sessions that outlive their connection. */
export class SessionSubscriptions {
  readonly #index: SubscriptionIndex;
  /** The granted QoS by client and filter. */
  readonly #filters = new Map<string, Map<string, number>>();
  /** What was granted and is not yet added: aedes adds all that one SUBSCRIBE asks for, the refused ones too. */
  readonly #granted = new WeakMap<Client, Subscription[]>();
  #places = 0;

  constructor(index: SubscriptionIndex) {
    this.#index = index;
  }

  /** How many they count as. */
  get places(): number {
    return this.#places;
  }

  filtersOf(clientId: string): readonly string[] {
    return [...(this.#filters.get(clientId)?.keys() ?? [])];
  }

  /** Notes that a client may have a subscription. */
  grant(client: Client, subscription: Subscription): void {
    if (client.clean) return;
    const granted = this.#granted.get(client) ?? [];
    granted.push(subscription);
    this.#granted.set(client, granted);
  }

  of(clientId: string): readonly Subscription[] {
    return [...(this.#filters.get(clientId) ?? [])].map(([topic, qos]) => ({ topic, qos }));
  }

  /** Adds what was granted; gives what that changes, and what has messages queued for it. */
  add(client: Client, session: number): Added {
    const granted = this.#granted.get(client)?.splice(0) ?? [];
    const added = granted.filter(({ topic, qos }) => this.#filters.get(client.id)?.get(topic) !== qos);
    this.#hold(client.id, added);
    return {
      changes: added.map((subscription) => subscriptionRecord(session, subscription)),
      begin: () => this.#begin(client.id, added),
    };
  }

  /** Removes filters; gives what that changes. */
  remove(clientId: string, session: number, filters: readonly string[]): readonly RecordChange[] {
    const own = this.#filters.get(clientId);
    const removed = filters.filter((filter) => own?.delete(filter));
    if (own?.size === 0) this.#filters.delete(clientId);
    this.#places -= placesOf(removed);
    void this.#index.removeSubscriptions({ id: clientId }, removed);
    return removed.map((filter) => subscriptionDropped(session, filter));
  }

  /** Drops those of a session; gives what that changes. */
  forget({ clientId, number }: Session): readonly RecordChange[] {
    const own = this.filtersOf(clientId);
    this.#filters.delete(clientId);
    this.#places -= placesOf(own);
    void this.#index.cleanSubscriptions({ id: clientId });
    return own.map((filter) => subscriptionDropped(number, filter));
  }

  /** Takes what an earlier broker kept; gives the changes that drop what belongs to nobody. */
  load(
    records: Iterable<StoredRecord>,
    clientOf: (session: number) => string | undefined,
  ): readonly RecordChange[] {
    const lost: RecordChange[] = [];
    for (const [key, [qos = 0]] of records) {
      const [session, topic] = sessionKeyParts(key);
      const clientId = clientOf(session);
      if (clientId === undefined) lost.push(subscriptionDropped(session, topic));
      else this.#restore(clientId, { topic, qos });
    }
    return lost;
  }

  *records(numberOf: (clientId: string) => number | undefined): Iterable<RecordChange> {
    for (const clientId of this.#filters.keys()) {
      const session = numberOf(clientId);
      if (session === undefined) continue;
      for (const subscription of this.of(clientId)) yield subscriptionRecord(session, subscription);
    }
  }

  #restore(clientId: string, subscription: Subscription): void {
    this.#hold(clientId, [subscription]);
    this.#begin(clientId, [subscription]);
  }

  #hold(clientId: string, subscriptions: readonly Subscription[]): void {
    if (subscriptions.length === 0) return;
    const own = this.#filters.get(clientId) ?? new Map<string, number>();
    this.#filters.set(clientId, own);
    for (const { topic, qos } of subscriptions) {
      if (!own.has(topic)) this.#places += placesOf([topic]);
      own.set(topic, qos);
    }
  }

  /** Those that were removed meanwhile are left out. */
  #begin(clientId: string, subscriptions: readonly Subscription[]): void {
    const own = this.#filters.get(clientId);
    const held = subscriptions.filter(({ topic, qos }) => own?.get(topic) === qos);
    void this.#index.addSubscriptions({ id: clientId }, held);
  }
}

function subscriptionRecord(session: number, { topic, qos }: Subscription): RecordChange {
  return { kind: recordKinds.subscription, key: sessionKey(session, topic), value: Uint8Array.of(qos) };
}

function subscriptionDropped(session: number, filter: string): RecordChange {
  return dropped(recordKinds.subscription, sessionKey(session, filter));
}
