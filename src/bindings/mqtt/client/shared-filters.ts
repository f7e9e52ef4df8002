import type { IPublishPacket } from 'mqtt';
import { WotError } from '../../../contracts/errors.ts';
import type { Wire } from '../../../contracts/wire.ts';
import { matchesFilter } from '../../../td/topic-filter.ts';
import { tellPublish } from '../messages/mqtt-wire.ts';
import type { SessionConnection } from './session-connection.ts';

/** Told of the messages of a filter, and of the life of the connection. */
export interface TopicListener {
  /** Is told of what goes over the wire for it. */
  readonly wire?: Wire;
  message(packet: IPublishPacket): void;
  /** The connection was lost; it is tried again until `resumed`. */
  interrupted?(error: WotError): void;
  /** The connection came back: with `kept` nothing of QoS 1 is lost, retained messages come again otherwise. */
  resumed?(kept: boolean): void;
  /** The connection was replaced by one with a session that lasts, in a moment. */
  renewed?(): void;
  /** The subscription is refused after a reconnect. */
  failed?(error: WotError): void;
  /** The session was closed. */
  ended?(): void;
}

/** What to subscribe to. */
export interface Subscribed {
  readonly filters: readonly string[];
  readonly qos: 0 | 1 | 2;
  /** Whether what is retained there is wanted again after a reconnect. */
  readonly retain: boolean;
}

/** A subscription that listeners share. */
interface Shared {
  readonly id: number;
  readonly listeners: Set<TopicListener>;
  qos: 0 | 1 | 2;
  retain: boolean;
}

/** Topics never overlap, so that they share one subscription id; each wildcard has its own. */
const topicsId = 1;
/** Filters of one SUBSCRIBE after a reconnect. */
const batch = 100;

/** The filters of one connection: each is subscribed to once, whoever listens. */
export class SharedFilters {
  readonly #connection: SessionConnection;
  readonly #topics = new Map<string, Shared>();
  readonly #wildcards = new Map<string, Shared>();
  #ids = topicsId;
  /** Whether the broker's session has all of them. */
  #isWhole = true;

  constructor(connection: SessionConnection) {
    this.#connection = connection;
  }

  /** Subscribes, also again, so that retained messages come; the returned function ends it. */
  async listen(subscribed: Subscribed, listener: TopicListener): Promise<() => Promise<void>> {
    const stop = () => this.#unlisten(subscribed.filters, listener);
    try {
      await Promise.all(subscribed.filters.map((filter) => this.#add(filter, subscribed, listener)));
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  }

  receive(packet: IPublishPacket): void {
    const { topic } = packet;
    // A broker may send a message once for each of several subscriptions that overlap.
    const ids = [packet.properties?.subscriptionIdentifier ?? []].flat();
    const isMeant = (id: number): boolean => ids.length === 0 || ids.includes(id);
    if (isMeant(topicsId)) tellAll(this.#topics.get(topic), packet);
    for (const [filter, shared] of this.#wildcards) {
      if (isMeant(shared.id) && matchesFilter(filter, topic)) tellAll(shared, packet);
    }
  }

  lost(error: WotError): void {
    for (const listener of this.#listeners()) listener.interrupted?.(error);
  }

  /** Subscribes again to what the broker has forgotten, and to what it would not tell of itself. */
  async back(remembered: boolean, isRenewed = false): Promise<void> {
    const kept = remembered && this.#isWhole;
    for (const listener of this.#listeners()) {
      if (isRenewed) listener.renewed?.();
      else listener.resumed?.(kept);
    }
    const again = [...this.#topics, ...this.#wildcards].filter(
      ([, { qos, retain }]) => !kept || retain || qos === 0,
    );
    this.#isWhole = false;
    const done = await Promise.all(groups(again).map((group) => this.#resubscribe(group)));
    this.#isWhole = done.every(Boolean);
  }

  close(): void {
    for (const listener of this.#listeners()) listener.ended?.();
    this.#topics.clear();
    this.#wildcards.clear();
  }

  #listeners(): ReadonlySet<TopicListener> {
    const all = [...this.#topics.values(), ...this.#wildcards.values()];
    return new Set(all.flatMap(({ listeners }) => [...listeners]));
  }

  #mapOf(filter: string): Map<string, Shared> {
    return /[+#]/.test(filter) ? this.#wildcards : this.#topics;
  }

  async #add(filter: string, { qos, retain }: Subscribed, listener: TopicListener): Promise<void> {
    const map = this.#mapOf(filter);
    const id = map === this.#topics ? topicsId : this.#ids + 1;
    const shared = map.get(filter) ?? { id, listeners: new Set(), qos, retain };
    this.#ids = Math.max(this.#ids, id);
    map.set(filter, shared);
    shared.listeners.add(listener);
    // The last SUBSCRIBE replaces those before (MQTT 5 section 3.8.4).
    shared.qos = qos > shared.qos ? qos : shared.qos;
    shared.retain ||= retain;
    const { wire } = listener;
    await this.#connection.subscribe({
      filters: { [filter]: shared.qos },
      id: shared.id,
      ...(wire && { wire }),
    });
  }

  /** Resolves with false where the connection was lost again; of what is refused each listener hears alone. */
  async #resubscribe(group: readonly (readonly [string, Shared])[]): Promise<boolean> {
    const filters = Object.fromEntries(group.map(([filter, { qos }]) => [filter, qos]));
    try {
      await this.#connection.subscribe({ filters, id: group[0]?.[1].id ?? topicsId });
      return true;
    } catch (error) {
      if (!(error instanceof WotError && error.kind === 'forbidden')) return false;
      if (group.length === 1) this.#refuse(group[0]?.[0] ?? '', error);
      const each = group.length > 1 ? group.map((one) => this.#resubscribe([one])) : [];
      return (await Promise.all(each)).every(Boolean);
    }
  }

  #refuse(filter: string, error: WotError): void {
    const map = this.#mapOf(filter);
    const { listeners = [] } = map.get(filter) ?? {};
    map.delete(filter);
    for (const listener of listeners) listener.failed?.(error);
  }

  async #unlisten(filters: readonly string[], listener: TopicListener): Promise<void> {
    const unused = filters.filter((filter) => {
      const map = this.#mapOf(filter);
      const shared = map.get(filter);
      if (!shared?.listeners.delete(listener) || shared.listeners.size > 0) return false;
      return map.delete(filter);
    });
    await this.#connection.unsubscribe(unused, listener.wire);
  }
}

function tellAll(shared: Shared | undefined, packet: IPublishPacket): void {
  for (const listener of shared?.listeners ?? []) {
    tellPublish(listener.wire, 'received', packet);
    listener.message(packet);
  }
}

/** Groups that may share a SUBSCRIBE, which has one id. */
function groups(
  shared: readonly (readonly [string, Shared])[],
): readonly (readonly (readonly [string, Shared])[])[] {
  const topics = shared.filter(([, { id }]) => id === topicsId);
  const wildcards = shared.filter(([, { id }]) => id !== topicsId);
  const batches = Array.from({ length: Math.ceil(topics.length / batch) }, (_, index) =>
    topics.slice(index * batch, (index + 1) * batch),
  );
  return [...batches, ...wildcards.map((each) => [each])];
}
