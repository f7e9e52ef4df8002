import {
  type BindingHost,
  noForms,
  type ServerBinding,
  type ThingForms,
} from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { Metric } from '../../../contracts/metrics.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { TopicSpace } from '../messages/topic-space.ts';
import type { LinkListener } from './broker-link.ts';
import { mqttForms } from './mqtt-forms.ts';
import type { MqttOptions } from './mqtt-options.ts';
import { Publisher } from './mqtt-publisher.ts';
import { OfferedThings } from './offered-things.ts';
import { openLink } from './open-link.ts';
import { type MqttRun, PublishedThings } from './published-things.ts';
import { ReceivedRequests } from './received-requests.ts';
import { topicRights } from './topic-rights.ts';

interface Running extends MqttRun {
  readonly offered: OfferedThings;
  readonly published: PublishedThings;
  readonly homeAssistant: HomeAssistant | undefined;
}

/** Things over MQTT, by a broker of our own or another. */
export class MqttBinding implements ServerBinding {
  readonly name = 'mqtt';
  readonly #options: MqttOptions;
  #running: Running | undefined;

  constructor(options: MqttOptions) {
    this.#options = options;
  }

  get addresses(): readonly string[] {
    return this.#running?.link.addresses ?? [];
  }

  fault(): string | undefined {
    if (!this.#running) return undefined;
    const { link } = this.#running;
    return link.connected ? link.fault?.() : `The MQTT broker ${link.url} is away.`;
  }

  metrics(): readonly Metric[] {
    return this.#running?.link.metrics?.() ?? [];
  }

  async start(host: BindingHost): Promise<void> {
    const run = await this.#run(host);
    const homeAssistant = await this.#homeAssistant(run);
    const published = new PublishedThings(run, homeAssistant);
    const running = { ...run, homeAssistant, published, offered: new OfferedThings(run, published) };
    this.#running = running;
    run.publisher.retain(...servientStatus(run, 'online'));
    try {
      await this.#open(running);
    } catch (error) {
      await this.stop();
      throw error;
    }
    homeAssistant?.start();
  }

  async prepare(thing: HostedThing): Promise<void> {
    await this.#started().offered.prepare(thing);
  }

  forms(thing: HostedThing): ThingForms {
    const { offered, link, topics, contentType, host } = this.#started();
    if (!offered.offers(thing)) return noForms;
    return mqttForms(thing, link.url, { topics, contentType, maxPayload: host.limits.body });
  }

  async expose(thing: HostedThing): Promise<void> {
    await this.#started().offered.expose(thing);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    await this.#running?.offered.unexpose(thing);
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    const { link, publisher, offered, published } = this.#running;
    publisher.retainAtOnce(...servientStatus(this.#running, 'offline'));
    this.#running = undefined;
    offered.end();
    published.end();
    await link.close();
  }

  async #run(host: BindingHost): Promise<MqttRun> {
    const { clientId = host.servientId, contentType = 'application/json', prefix } = this.#options;
    const topics = new TopicSpace(prefix);
    const access = topicRights(host, topics, (topic) => this.#owns(topic));
    const link = await openLink(this.#options, { host, topics, clientId, access });
    const publisher = new Publisher(link, host.limits.queue, host.logger);
    return { host, link, publisher, topics, contentType, clientId };
  }

  async #homeAssistant(run: MqttRun): Promise<HomeAssistant | undefined> {
    if (!this.#options.homeAssistant) return undefined;
    const { homeAssistantFor } = await import('../home-assistant/home-assistant.ts');
    return homeAssistantFor(this.#options, run);
  }

  /** Whether nobody else may publish at a topic that is no Thing's. */
  #owns(topic: string): boolean {
    if (!this.#running) return false;
    const { topics, clientId, homeAssistant } = this.#running;
    return topic === topics.servientStatus(clientId) || homeAssistant?.owns(topic) === true;
  }

  async #open(running: Running): Promise<void> {
    const { host, link, topics, offered } = running;
    const filters = offered.ownership ? [offered.ownership.echo] : topics.requestFilters();
    link
      .subscribe(filters)
      .catch((error) =>
        host.logger.warn(`${filters.join(', ')} are not heard: the MQTT broker refuses it`, { error }),
      );
    await link.open(this.#listener(running));
  }

  #listener(running: Running): LinkListener {
    const { host, publisher, homeAssistant } = running;
    const { ownership } = running.offered;
    const requests = this.#receivedRequests(running);
    return {
      connected() {
        if (!ownership) return publisher.connected();
        publisher.hold();
        ownership
          .recheck()
          .catch((error) =>
            host.logger.error('Whose the Things on the MQTT broker are is not known', { error }),
          )
          .finally(() => publisher.connected());
      },
      message(packet, principal) {
        homeAssistant?.hear(packet);
        if (!ownership?.take(packet)) requests.take(packet, principal);
      },
    };
  }

  #receivedRequests({ published, ...run }: Running): ReceivedRequests {
    const { limits, logger } = run.host;
    return new ReceivedRequests({
      ...{ ...run, limits, logger },
      responseTopics: this.#options.responseTopics ?? [],
      answersForAll: run.link.isOwn,
      isServed: (topic) => published.at(topic) !== undefined,
      routeOf: (base) => published.at(base)?.routes.get(base),
    });
  }

  #started(): Running {
    if (this.#running) return this.#running;
    throw new WotError(
      'unavailable',
      'BINDING_STOPPED',
      'The MQTT binding is not started; start the servient.',
    );
  }
}

function servientStatus({ topics, clientId }: MqttRun, status: 'online' | 'offline') {
  const properties = { userProperties: { servient: clientId } };
  return [topics.servientStatus(clientId), Buffer.from(status), { properties }] as const;
}
