import { readFileSync } from 'node:fs';
import type { IPublishPacket } from 'mqtt';
import { mqttBroker, type Right } from '../../../contracts/access.ts';
import type { BindingHost } from '../../../contracts/binding.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import { bytesOf } from '../messages/mqtt-result.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import type { BrokerLink } from '../server/broker-link.ts';
import type { MqttOptions } from '../server/mqtt-options.ts';
import type { Publisher } from '../server/mqtt-publisher.ts';
import {
  type DiscoveryMessage,
  discoveryId,
  type Publishing,
  servientDiscovery,
  thingDiscovery,
} from './discovery-message.ts';
import { homeAssistantPrefix } from './home-assistant-prefix.ts';
import { OfferedComponents } from './offered-components.ts';

const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(manifest) as { readonly version: string };

export interface HomeAssistantOptions {
  /** Where Home Assistant looks for devices. */
  readonly prefix: string;
  readonly topics: TopicSpace;
  readonly publisher: Publisher;
  readonly link: BrokerLink;
  readonly host: BindingHost;
  /** Of the servient on this broker. */
  readonly clientId: string;
}

/** What the option asks for, where it asks for anything. */
export function homeAssistantFor(
  { homeAssistant, contentType = 'application/json' }: Pick<MqttOptions, 'homeAssistant' | 'contentType'>,
  parts: Omit<HomeAssistantOptions, 'prefix'>,
): HomeAssistant | undefined {
  const prefix = homeAssistantPrefix(homeAssistant, contentType);
  return prefix === undefined ? undefined : new HomeAssistant({ ...parts, prefix });
}

/** Announces Things to Home Assistant by retained messages, one for each. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #offered: OfferedComponents;
  readonly #messages = new Map<string, Uint8Array>();

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
    this.#offered = new OfferedComponents(options.host.records, options.host.logger);
  }

  /** Announces the servient, and waits for Home Assistant to start; the link is open. */
  start(): void {
    const { link, host, clientId } = this.#options;
    const { logger } = host;
    this.#announce(clientId, servientDiscovery(this.#publishing));
    link.subscribe([this.#statusTopic]).catch((error) => {
      logger.warn(`${this.#statusTopic} is not heard: the MQTT broker refuses it`, { error });
    });
  }

  /** Makes a Thing a device of Home Assistant; the returned function takes it away, unless it is another servient's now. */
  announce(thing: HostedThing): (areOurs: boolean) => void {
    const { host, link, publisher } = this.#options;
    // Behind a broker of others all requests are the broker's.
    const may = (right: Right, affordance: string) =>
      link.isOwn || host.access.allows(mqttBroker, right, thing.name, affordance);
    try {
      const { message, left } = thingDiscovery(thing, this.#publishing, may);
      if (Object.keys(left).length > 0) {
        host.logger.debug(`Not all of ${thing.name} is offered to Home Assistant`, { left });
      }
      const topic = this.#announce(thing.id, this.#offered.complete(thing.id, message));
      return (areOurs) => {
        this.#messages.delete(topic);
        if (areOurs) publisher.retain(topic, new Uint8Array());
        else publisher.drop(topic);
      };
    } catch (error) {
      // The TDs of mirrored Things need not be valid.
      host.logger.warn(`${thing.name} cannot be announced to Home Assistant`, { error });
      return () => {};
    }
  }

  /** Hears a message: Home Assistant asks at its start to be told all again. */
  hear(packet: IPublishPacket): void {
    if (packet.topic !== this.#statusTopic || Buffer.from(bytesOf(packet)).toString() !== 'online') return;
    for (const [topic, payload] of this.#messages) this.#options.publisher.retain(topic, payload);
  }

  /** Whether nobody else may publish there. */
  owns(topic: string): boolean {
    return this.#messages.has(topic);
  }

  get #statusTopic(): string {
    return `${this.#options.prefix}/status`;
  }

  get #publishing(): Publishing {
    const { topics, host, clientId } = this.#options;
    return { topics, clientId, version, base: host.httpSide?.base };
  }

  #announce(id: string, message: DiscoveryMessage): string {
    const topic = `${this.#options.prefix}/device/${discoveryId(id)}/config`;
    const payload = Buffer.from(JSON.stringify(message));
    this.#messages.set(topic, payload);
    this.#options.publisher.retain(topic, payload);
    return topic;
  }
}
