import type { IClientPublishOptions } from 'mqtt';
import { encodeContent } from '../../../codec/registry.ts';
import type { Principal } from '../../../contracts/access.ts';
import type { Change, HostedThing, Subscriber, Unsubscribe } from '../../../contracts/interaction.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import { PacedSubscription } from '../../../interaction/paced-subscription.ts';
import {
  eventShape,
  type PayloadShape,
  propertyShapes,
  sentValue,
} from '../../../interaction/payload-types.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import type { Publisher } from './mqtt-publisher.ts';

/** As whom the servient publishes, and serves requests that come through a broker. */
export const mqttBroker: Principal = { name: 'mqtt-broker', roles: [] };

interface Outlet {
  readonly topics: TopicSpace;
  readonly publisher: Publisher;
  readonly contentType: string;
  /** Told with the TD, so that others on the broker know whose it is. */
  readonly servientId: string;
  readonly logger: Logger;
}

/** Publishes what a Thing says: its TD and readable properties retained, its events at QoS 1. The returned function removes it all. */
export function publishThing(thing: HostedThing, outlet: Outlet): Unsubscribe {
  const publications = new Publications(thing, outlet);
  publications.start();
  return () => publications.remove();
}

type Subscribe = (subscriber: Subscriber, after: number | undefined) => Promise<Unsubscribe>;

class Publications {
  readonly #thing: HostedThing;
  readonly #outlet: Outlet;
  readonly #retained = new Set<string>();
  readonly #ends: Unsubscribe[] = [];
  #removed = false;

  constructor(thing: HostedThing, outlet: Outlet) {
    this.#thing = thing;
    this.#outlet = outlet;
  }

  start(): void {
    const { properties = {}, events = {} } = this.#thing.affordances;
    const { interactions } = this.#thing;
    const observable = Object.entries(properties).filter(([, property]) => property.observable === true);
    const lasting = observable.filter(([, { writeOnly }]) => writeOnly !== true);
    const passing = observable.filter(([, { writeOnly }]) => writeOnly === true);
    this.#retainTd();
    if (lasting.length > 0) this.#retainValues(new Set(lasting.map(([name]) => name)));
    for (const [name] of passing) {
      this.#pace((subscriber, after) => interactions.observeProperty(name, subscriber, from(after)));
    }
    if (Object.keys(events).length > 0) {
      this.#pace((subscriber, after) => interactions.subscribeAllEvents(subscriber, from(after)));
    }
  }

  remove(): void {
    this.#removed = true;
    for (const end of this.#ends) end();
    for (const topic of this.#retained) this.#outlet.publisher.retain(topic, new Uint8Array());
  }

  /** Only the last value counts, so that none waits but the last. */
  #retainValues(names: ReadonlySet<string>): void {
    const change = (told: Change): void => {
      if (this.#removed || !names.has(told.name)) return;
      this.#publish(told, ({ topic, payload, properties }) => this.#retain(topic, payload, properties));
      // The servient's own TD links to all others: it changes with its properties.
      if (!this.#thing.listed) this.#retainTd();
    };
    const subscription = this.#thing.interactions.observeAllProperties({ change }, from(undefined));
    this.#ends.push(
      () =>
        void subscription.then(
          (stop) => stop(),
          () => {},
        ),
    );
    this.#report(subscription);
  }

  /** Every message counts: what the broker does not take at once comes from the replay ring later. */
  #pace(subscribe: Subscribe): void {
    const { publisher, logger } = this.#outlet;
    const subscription: PacedSubscription = new PacedSubscription({
      subscribe,
      ready: () => publisher.ready(),
      change: (told) => {
        const qos = told.kind === 'events' ? 1 : 0;
        this.#publish(told, ({ topic, payload, properties }) =>
          publisher.publish({ topic, payload, options: { qos, properties } }),
        );
      },
      gap: ({ after, resumesAt }) => {
        const message = `Messages of ${this.#thing.name} are lost: the MQTT broker was away or slow for longer than the replay ring holds`;
        logger.warn(message, { after: idToTimestamp(after), resumesAt: idToTimestamp(resumesAt) });
      },
      ended: () => {},
      failed: (error) => logger.warn(`${this.#thing.name} is no longer published over MQTT`, { error }),
    });
    this.#ends.push(
      () => subscription.stop(),
      publisher.onReady(() => subscription.resume()),
    );
    this.#report(subscription.start(undefined));
  }

  #report(subscription: Promise<unknown>): void {
    const { logger } = this.#outlet;
    const what = `${this.#thing.name} is not published over MQTT`;
    subscription.catch((error) => logger.warn(what, { error }));
  }

  #publish(
    change: Change,
    send: (message: ReturnType<typeof changeMessage> & { readonly topic: string }) => void,
  ): void {
    try {
      const shape = this.#shapeOf(change);
      const { topics, contentType } = this.#outlet;
      const topic = topics.affordance(change.thing, change.kind, change.name);
      send({ topic, ...changeMessage(change, shape, shape.type ?? contentType) });
    } catch (error) {
      const { thing, name } = change;
      this.#outlet.logger.error(`A value of ${name} of ${thing} cannot be published`, { error });
    }
  }

  #shapeOf({ kind, name }: Change): PayloadShape {
    return kind === 'events' ? eventShape(this.#thing, name) : propertyShapes(this.#thing, name).gives;
  }

  #retainTd(): void {
    const { name } = this.#thing;
    const userProperties = { servient: this.#outlet.servientId };
    const properties = { contentType: 'application/td+json', userProperties };
    this.#retain(this.#outlet.topics.thing(name), this.#thing.description().bytes, properties);
  }

  #retain(topic: string, payload: Uint8Array, properties: IClientPublishOptions['properties']): void {
    this.#retained.add(topic);
    this.#outlet.publisher.retain(topic, payload, properties);
  }
}

function from(after: number | undefined) {
  return { principal: mqttBroker, carries: 'bytes' as const, ...(after !== undefined && { after }) };
}

function changeMessage(change: Change, { measured }: PayloadShape, contentType: string) {
  const { id, data, present } = change;
  const sent = sentValue(contentType, data, { measured, time: present ? undefined : id / 1e6 });
  const payload = data === undefined ? new Uint8Array() : encodeContent(contentType, sent).body;
  const userProperties = { id: String(id), timestamp: idToTimestamp(id) };
  return { payload, properties: { contentType, userProperties } };
}
