import { servientItself } from '../../../contracts/access.ts';
import type { BindingHost } from '../../../contracts/binding.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import type { BrokerLink } from './broker-link.ts';
import { publishThing } from './mqtt-publications.ts';
import type { Publisher } from './mqtt-publisher.ts';
import { type Route, requestRoutes } from './mqtt-requests.ts';

/** The servient on its broker, between start and stop. */
export interface MqttRun {
  readonly host: BindingHost;
  readonly link: BrokerLink;
  readonly publisher: Publisher;
  readonly topics: TopicSpace;
  /** Of all payloads but the TDs. */
  readonly contentType: string;
  /** Of the servient on this broker. */
  readonly clientId: string;
}

interface Published {
  readonly thing: HostedThing;
  readonly routes: ReadonlyMap<string, Route>;
  /** Ends what is told of it; its topics are cleared, unless they belong to another servient. */
  readonly remove: (areOurs: boolean) => void;
}

/** The Things on the broker: what they say is told there, and requests find them. */
export class PublishedThings {
  readonly #run: MqttRun;
  readonly #homeAssistant: HomeAssistant | undefined;
  /** By the Thing's topic. */
  readonly #published = new Map<string, Published>();

  constructor(run: MqttRun, homeAssistant: HomeAssistant | undefined) {
    this.#run = run;
    this.#homeAssistant = homeAssistant;
  }

  add(thing: HostedThing): void {
    const { host, link, topics } = this.#run;
    const unpublish = publishThing(thing, {
      ...this.#run,
      logger: host.logger,
      // Our own broker asks the policy for each of its clients.
      ...(link.isOwn && { principal: servientItself }),
    });
    const withdraw = thing.listed ? this.#homeAssistant?.announce(thing) : undefined;
    this.#published.set(topics.thing(thing.name), {
      thing,
      routes: requestRoutes(thing, topics),
      remove(areOurs) {
        withdraw?.(areOurs);
        unpublish(areOurs);
      },
    });
  }

  remove({ name }: HostedThing, areOurs: boolean): void {
    const topic = this.#run.topics.thing(name);
    this.#published.get(topic)?.remove(areOurs);
    this.#published.delete(topic);
  }

  /** The Thing that a topic belongs to. */
  at(topic: string): Published | undefined {
    return this.#published.get(this.#run.topics.thingOf(topic) ?? '');
  }

  /** The servient stops: its Things stay there, offline. */
  end(): void {
    const { publisher, topics } = this.#run;
    for (const { thing } of this.#published.values()) {
      publisher.retain(topics.thingStatus(thing.name), Buffer.from('offline'));
    }
    this.#published.clear();
  }
}
