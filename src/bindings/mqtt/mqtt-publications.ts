import type { IClientPublishOptions } from 'mqtt';
import { encodeContent } from '../../codec/registry.ts';
import type { Principal } from '../../contracts/access.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Change, HostedThing, Unsubscribe } from '../../contracts/interaction.ts';
import type { Logger } from '../../contracts/logger.ts';
import { idToTimestamp } from '../../interaction/change-ids.ts';
import type { Publisher } from './mqtt-publisher.ts';
import { affordanceTopic, thingTopic } from './mqtt-topics.ts';

/** As whom the servient publishes, and serves requests that come through a broker. */
export const mqttBroker: Principal = { name: 'mqtt-broker', roles: [] };

interface Outlet {
  readonly publisher: Publisher;
  readonly contentType: string;
  readonly logger: Logger;
}

/** Publishes what a Thing says: its TD and readable properties retained, its events at QoS 1. The returned function removes it all. */
export function publishThing(thing: HostedThing, outlet: Outlet): Unsubscribe {
  const publications = new Publications(thing, outlet);
  publications.start();
  return () => publications.remove();
}

class Publications {
  readonly #thing: HostedThing;
  readonly #outlet: Outlet;
  readonly #retained = new Set<string>();
  readonly #subscriptions: Promise<Unsubscribe>[] = [];
  #removed = false;

  constructor(thing: HostedThing, outlet: Outlet) {
    this.#thing = thing;
    this.#outlet = outlet;
  }

  start(): void {
    const { affordances, interactions } = this.#thing;
    this.#retainTd();
    for (const [name, { observable, writeOnly }] of Object.entries(affordances.properties ?? {})) {
      if (observable !== true) continue;
      const subscriber = { change: (change: Change) => this.#tell(change, writeOnly !== true) };
      const changes = (after?: number) =>
        interactions.observeProperty(name, subscriber, { principal: mqttBroker, ...(after && { after }) });
      // A device that cannot be read now may well tell changes later.
      this.#keep(
        name,
        changes().catch(() => changes(Number.MAX_SAFE_INTEGER)),
      );
    }
    for (const name of Object.keys(affordances.events ?? {})) {
      const subscriber = { change: (change: Change) => this.#tell(change, false) };
      this.#keep(name, interactions.subscribeEvent(name, subscriber, { principal: mqttBroker }));
    }
  }

  remove(): void {
    this.#removed = true;
    for (const subscription of this.#subscriptions) subscription.then((stop) => stop()).catch(() => {});
    for (const topic of this.#retained) this.#outlet.publisher.retain(topic, new Uint8Array());
  }

  #keep(name: string, subscription: Promise<Unsubscribe>): void {
    const { logger } = this.#outlet;
    const kept = subscription.catch((error): Unsubscribe => {
      const expected = error instanceof WotError && error.kind === 'forbidden';
      logger[expected ? 'debug' : 'warn'](`${name} of ${this.#thing.name} is not published over MQTT`, {
        error,
      });
      return () => {};
    });
    this.#subscriptions.push(kept);
  }

  #tell(change: Change, lasting: boolean): void {
    if (this.#removed) return;
    const { publisher, contentType, logger } = this.#outlet;
    const { kind, name } = change;
    const topic = affordanceTopic(this.#thing.name, kind, name);
    try {
      const { payload, properties } = changeMessage(change, contentType);
      if (lasting) this.#retain(topic, payload, properties);
      else publisher.publish(topic, payload, { qos: kind === 'events' ? 1 : 0, properties });
    } catch (error) {
      logger.error(`A value of ${topic} cannot be published`, { error });
    }
    // The servient's own TD links to all others: it changes with its properties.
    if (!this.#thing.listed && kind === 'properties') this.#retainTd();
  }

  #retainTd(): void {
    const { name } = this.#thing;
    const properties = { contentType: 'application/td+json' };
    this.#retain(thingTopic(name), this.#thing.description().bytes, properties);
  }

  #retain(topic: string, payload: Uint8Array, properties: IClientPublishOptions['properties']): void {
    this.#retained.add(topic);
    this.#outlet.publisher.retain(topic, payload, properties);
  }
}

function changeMessage({ id, data }: Change, contentType: string) {
  const payload = data === undefined ? new Uint8Array() : encodeContent(contentType, data).body;
  const userProperties = { id: String(id), timestamp: idToTimestamp(id) };
  return { payload, properties: { contentType, userProperties } };
}
