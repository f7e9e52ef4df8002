import type { IClientPublishOptions } from 'mqtt';
import { encodeContent } from '../../../codec/registry.ts';
import { mqttBroker, type Principal } from '../../../contracts/access.ts';
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
import type { Message } from './broker-link.ts';
import { type Delivery, eventDelivery, valueDelivery } from './mqtt-delivery.ts';
import type { Publisher } from './mqtt-publisher.ts';

interface Outlet {
  readonly topics: TopicSpace;
  readonly publisher: Publisher;
  readonly contentType: string;
  /** Told with the TD, so that others on the broker know whose it is. */
  readonly clientId: string;
  /** As whom the Thing is read; default `mqttBroker`, whose rights bound what others on its broker may see. */
  readonly principal?: Principal;
  readonly logger: Logger;
}

/** Publishes what a Thing says: its TD, state and readable properties retained, and its events. The returned function ends that, and removes it all from topics that are ours. */
export function publishThing(thing: HostedThing, outlet: Outlet): (areOurs: boolean) => void {
  const publications = new Publications(thing, outlet);
  publications.start();
  return (areOurs) => publications.end(areOurs);
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
    this.#retainStatus();
    if (lasting.length > 0) this.#retainValues(new Set(lasting.map(([name]) => name)));
    for (const [name] of passing) {
      this.#pace((subscriber, after) => interactions.observeProperty(name, subscriber, this.#from(after)));
    }
    if (Object.keys(events).length > 0) {
      this.#pace((subscriber, after) => interactions.subscribeAllEvents(subscriber, this.#from(after)));
    }
  }

  end(areOurs: boolean): void {
    const { publisher } = this.#outlet;
    this.#removed = true;
    for (const end of this.#ends) end();
    for (const topic of this.#retained) {
      if (areOurs) publisher.retain(topic, new Uint8Array());
      else publisher.drop(topic);
    }
  }

  /** Only the last value counts, so that none waits but the last. */
  #retainValues(names: ReadonlySet<string>): void {
    const change = (told: Change): void => {
      if (this.#removed || !names.has(told.name)) return;
      this.#publish(told, ({ topic, payload, options }) => this.#retain(topic, payload, options));
      // The servient's own TD links to all others: it changes with its properties.
      if (!this.#thing.listed) this.#retainTd();
    };
    const subscription = this.#thing.interactions.observeAllProperties({ change }, this.#from(undefined));
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
    const resume = () => subscription.resume();
    const subscription: PacedSubscription = new PacedSubscription({
      subscribe,
      ready: () => publisher.ready(resume),
      change: (told) => this.#publish(told, (message) => this.#pass(message)),
      gap: ({ after, resumesAt }) => {
        const message = `Messages of ${this.#thing.name} are lost: the MQTT broker was away or slow for longer than the replay ring holds`;
        logger.warn(message, { after: idToTimestamp(after), resumesAt: idToTimestamp(resumesAt) });
      },
      ended: () => {},
      failed: (error) => logger.warn(`${this.#thing.name} is no longer published over MQTT`, { error }),
    });
    this.#ends.push(
      () => subscription.stop(),
      () => publisher.forget(resume),
    );
    this.#report(subscription.start(undefined));
  }

  /** A retained event that the broker lost is not told again: subscribers would take it for another one. */
  #pass(message: Message): void {
    if (message.options.retain) this.#retained.add(message.topic);
    this.#outlet.publisher.publish(message);
  }

  #from(after: number | undefined) {
    const { principal = mqttBroker } = this.#outlet;
    return { principal, carries: 'bytes' as const, ...(after !== undefined && { after }) };
  }

  #report(subscription: Promise<unknown>): void {
    const { logger } = this.#outlet;
    const what = `${this.#thing.name} is not published over MQTT`;
    subscription.catch((error) => logger.warn(what, { error }));
  }

  #publish(change: Change, send: (message: Message) => void): void {
    try {
      const { topics, contentType } = this.#outlet;
      const topic = topics.affordance(change.thing, change.kind, change.name);
      const { payload, properties } = changeMessage(change, this.#shapeOf(change), contentType);
      send({ topic, payload, options: { ...this.#deliveryOf(change), properties } });
    } catch (error) {
      const { thing, name } = change;
      this.#outlet.logger.error(`A value of ${name} of ${thing} cannot be published`, { error });
    }
  }

  #shapeOf({ kind, name }: Change): PayloadShape {
    return kind === 'events' ? eventShape(this.#thing, name) : propertyShapes(this.#thing, name).gives;
  }

  #deliveryOf({ kind, name }: Change): Delivery {
    const { properties, events } = this.#thing.affordances;
    return kind === 'events' ? eventDelivery(events?.[name] ?? {}) : valueDelivery(properties?.[name] ?? {});
  }

  #retainTd(): void {
    const { name } = this.#thing;
    const userProperties = { servient: this.#outlet.clientId };
    const properties = { contentType: 'application/td+json', userProperties };
    this.#retain(this.#outlet.topics.thing(name), this.#thing.description().bytes, { properties });
  }

  /** Whether its device answers, as far as is known. */
  #retainStatus(): void {
    const tell = () => {
      const status = this.#thing.fault ? 'offline' : 'online';
      this.#retain(this.#outlet.topics.thingStatus(this.#thing.name), Buffer.from(status));
    };
    tell();
    const stop = this.#thing.watchFault?.(tell);
    if (stop) this.#ends.push(stop);
  }

  #retain(topic: string, payload: Uint8Array, options?: IClientPublishOptions): void {
    this.#retained.add(topic);
    this.#outlet.publisher.retain(topic, payload, options);
  }
}

function changeMessage(change: Change, { measured, type }: PayloadShape, usual: string) {
  const { id, data, present } = change;
  const contentType = type ?? usual;
  const sent = sentValue(contentType, data, { measured, time: present ? undefined : id / 1e6 });
  const payload = data === undefined ? new Uint8Array() : encodeContent(contentType, sent).body;
  const userProperties = { id: String(id), timestamp: idToTimestamp(id) };
  return { payload, properties: { contentType, userProperties } };
}
