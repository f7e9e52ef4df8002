import { WotError } from '../../contracts/errors.ts';
import type { CallContext, Change, HostedThing } from '../../contracts/interaction.ts';
import type { EventAffordance, Op, PropertyAffordance } from '../../contracts/td.ts';
import { uuidToId } from '../../interaction/change-ids.ts';
import type { Bounds, ClientBounds } from '../../security/client-bounds.ts';
import { subscriptions } from '../../td/defaults.ts';
import { mapMembers } from '../../td/json-object.ts';
import { isObservable, isTellable } from '../../td/offered.ts';
import type { RequestMessage } from './messages.ts';
import { type NotificationLine, type SubscriptionParts, WireSubscription } from './wire-subscription.ts';

const subscriptionsAtMost = 5000;

/** What an op subscribes to, or unsubscribes from. */
type Scope = Readonly<Partial<Record<Op, Change['kind']>>>;

export const subscribingOps: Scope = mapMembers(subscriptions, (_, { kind }) => kind);

export const unsubscribingOps: Scope = Object.fromEntries(
  Object.values(subscriptions).map(({ kind, endedBy }) => [endedBy, kind]),
);

/** A subscription that stands, but tells nothing until its response has left. */
export interface Begun {
  /** What its response tells. */
  readonly opening: ReturnType<WireSubscription['opening']>;
  /** Replaces what the socket had subscribed to before, and tells what came meanwhile. */
  proceed(): void;
}

export interface SocketSubscriptionsParts {
  readonly line: NotificationLine;
  /** Of all sockets. */
  readonly quota: ClientBounds;
  /** The remote address. */
  readonly client: string;
}

/** What one socket subscribed to: of each affordance the last subscription wins (Web Thing Protocol, observeproperty-request). */
export class SocketSubscriptions {
  readonly #parts: SocketSubscriptionsParts;
  readonly #all = new Set<WireSubscription>();
  /** By affordance, in the order of their requests: the one that stands, and those that are to replace it. */
  readonly #owners = new Map<string, Set<WireSubscription>>();

  constructor(parts: SocketSubscriptionsParts) {
    this.#parts = parts;
  }

  /** Rejects as subscribing does, and with WotError `overloaded` TOO_MANY_SUBSCRIPTIONS; what stood before stands on then. */
  async begin(thing: HostedThing, request: RequestMessage, context: CallContext): Promise<Begun> {
    const { operation, lastNotificationID: last } = request;
    const kind = subscribingOps[operation] ?? 'events';
    const places = placesOf(thing, kind, request.name === undefined ? tellable(thing, kind) : [request.name]);
    this.#refuseBeyondBounds(places);
    const subscription: WireSubscription = new WireSubscription({
      names: new Set(places.keys()),
      head: headOf(thing, request),
      line: this.#parts.line,
      subscribe: subscribeBy(thing, request, context),
      ended: () => this.#remove(subscription, places),
    });
    this.#add(subscription, places);
    try {
      // What is no id of ours is ignored (Web Thing Protocol, observeproperty-response).
      await subscription.start(typeof last === 'string' ? uuidToId(last) : undefined);
    } catch (error) {
      this.#remove(subscription, places);
      throw error;
    }
    return { opening: subscription.opening(), proceed: () => this.#proceed(subscription, places) };
  }

  /** Ends what was subscribed to, by whatever op; WotError `not-found` for an unknown affordance. */
  end(thing: HostedThing, { operation, name }: RequestMessage): void {
    const kind = unsubscribingOps[operation] ?? 'events';
    const known = Object.keys(thing.affordances[kind] ?? {});
    if (name !== undefined && !known.includes(name)) throw unknown(thing, kind, name);
    for (const [each, place] of placesOf(thing, kind, name === undefined ? known : [name])) {
      for (const owner of this.#owners.get(place) ?? []) this.#drop(owner, each, place);
    }
  }

  /** The peer may take more now. */
  resume(): void {
    for (const subscription of this.#all) subscription.resume();
  }

  stop(): void {
    for (const subscription of this.#all) subscription.stop();
    const { quota, client } = this.#parts;
    quota.give(client, this.#all.size);
    this.#all.clear();
    this.#owners.clear();
  }

  #refuseBeyondBounds(places: Places): void {
    const { quota, client } = this.#parts;
    const exceeded = this.#all.size < subscriptionsAtMost ? quota.exceeded(client) : 'socket';
    if (exceeded && !this.#replacesOne(places)) throw tooMany(exceeded);
  }

  /** Whether there is one that all of these places replace. */
  #replacesOne(places: Places): boolean {
    return [...places.values()].some((place) =>
      [...(this.#owners.get(place) ?? [])].some(({ names }) => [...names].every((name) => places.has(name))),
    );
  }

  #add(subscription: WireSubscription, places: Places): void {
    this.#all.add(subscription);
    this.#parts.quota.take(this.#parts.client);
    for (const place of places.values()) {
      this.#owners.set(place, (this.#owners.get(place) ?? new Set()).add(subscription));
    }
  }

  /** The subscriptions before it end, where it was not itself replaced or ended meanwhile. */
  #proceed(subscription: WireSubscription, places: Places): void {
    const before = [...places].flatMap(([name, place]) =>
      this.#before(subscription, place).map((owner) => ({ name, place, owner })),
    );
    subscription.proceed(
      new Map(before.flatMap(({ name, owner }) => (owner.told ? [[name, owner.told] as const] : []))),
    );
    for (const { name, place, owner } of before) this.#drop(owner, name, place);
    if (subscription.names.size === 0) this.#remove(subscription, places);
  }

  #before(subscription: WireSubscription, place: string): readonly WireSubscription[] {
    const owners = [...(this.#owners.get(place) ?? [])];
    return owners.slice(0, Math.max(0, owners.indexOf(subscription)));
  }

  #drop(owner: WireSubscription, name: string, place: string): void {
    owner.names.delete(name);
    this.#forget(owner, place);
    if (owner.names.size === 0) this.#remove(owner, noPlaces);
  }

  #remove(subscription: WireSubscription, places: Places): void {
    subscription.stop();
    if (this.#all.delete(subscription)) this.#parts.quota.give(this.#parts.client);
    for (const place of places.values()) this.#forget(subscription, place);
  }

  #forget(subscription: WireSubscription, place: string): void {
    const owners = this.#owners.get(place);
    owners?.delete(subscription);
    if (owners?.size === 0) this.#owners.delete(place);
  }
}

/** Where the owners of affordances are found, by the affordance's name. */
type Places = ReadonlyMap<string, string>;

const noPlaces: Places = new Map();

function placesOf({ id }: HostedThing, kind: Change['kind'], names: readonly string[]): Places {
  return new Map(names.map((name) => [name, `${kind}\n${id}\n${name}`]));
}

function tellable({ affordances }: HostedThing, kind: Change['kind']): readonly string[] {
  const told = (affordance: PropertyAffordance | EventAffordance) =>
    kind === 'properties' ? isObservable(affordance) : isTellable(affordance);
  return Object.entries(affordances[kind] ?? {})
    .filter(([, affordance]) => told(affordance))
    .map(([name]) => name);
}

function headOf(
  { id }: HostedThing,
  { operation, correlationID }: RequestMessage,
): SubscriptionParts['head'] {
  return { thingID: id, operation, ...(correlationID === undefined ? {} : { correlationID }) };
}

function subscribeBy(
  { interactions }: HostedThing,
  { operation, name = '' }: RequestMessage,
  context: CallContext,
): SubscriptionParts['subscribe'] {
  return (subscriber, after) => {
    const since = after === undefined ? context : { ...context, after };
    if (operation === 'observeproperty') return interactions.observeProperty(name, subscriber, since);
    if (operation === 'observeallproperties') return interactions.observeAllProperties(subscriber, since);
    if (operation === 'subscribeevent') return interactions.subscribeEvent(name, subscriber, since);
    return interactions.subscribeAllEvents(subscriber, since);
  };
}

function unknown({ name: thing }: HostedThing, kind: Change['kind'], name: string): WotError {
  const message = `Thing ${JSON.stringify(thing)} has no ${JSON.stringify(name)} among its ${kind}; its TD lists them.`;
  return new WotError('not-found', 'AFFORDANCE_UNKNOWN', message);
}

const whereTooMany = {
  socket: 'This connection',
  mostPerClient: 'This address',
  most: 'This servient',
} as const;

function tooMany(exceeded: keyof Bounds | 'socket'): WotError {
  const message = `${whereTooMany[exceeded]} has as many subscriptions as it may have; end some, or subscribe to all affordances by one request.`;
  return new WotError('overloaded', 'TOO_MANY_SUBSCRIPTIONS', message);
}
