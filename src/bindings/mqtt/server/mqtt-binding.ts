import { servientItself } from '../../../contracts/access.ts';
import {
  type BindingHost,
  noForms,
  type ServerBinding,
  type ThingForms,
} from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { Metric } from '../../../contracts/metrics.ts';
import { type HomeAssistant, homeAssistantFor } from '../home-assistant/home-assistant.ts';
import { TopicSpace } from '../messages/topic-space.ts';
import { type BrokerLink, soon } from './broker-link.ts';
import { mqttForms } from './mqtt-forms.ts';
import type { MqttOptions } from './mqtt-options.ts';
import { Ownership } from './mqtt-ownership.ts';
import { mqttBroker, publishThing } from './mqtt-publications.ts';
import { Publisher } from './mqtt-publisher.ts';
import { allRequestFilters, type Route, requestFilters, requestRoutes } from './mqtt-requests.ts';
import { openLink } from './open-link.ts';
import { ReceivedRequests } from './received-requests.ts';
import { mayAnything, topicRights } from './topic-rights.ts';

type Parts = Pick<Running, 'host' | 'clientId' | 'link' | 'publisher'>;

/** What runs between start and stop. */
interface Running {
  readonly host: BindingHost;
  readonly link: BrokerLink;
  readonly publisher: Publisher;
  readonly requests: ReceivedRequests;
  /** Where the broker is shared with others. */
  readonly ownership: Ownership | undefined;
  /** Of the servient on this broker. */
  readonly clientId: string;
  readonly homeAssistant: HomeAssistant | undefined;
}

interface Published {
  readonly thing: HostedThing;
  /** Ends what is told of it; its topics are cleared, unless they belong to another servient. */
  readonly remove: (areOurs: boolean) => void;
  readonly routes: ReadonlyMap<string, Route>;
}

/** Things over MQTT, by a broker of our own or another. */
export class MqttBinding implements ServerBinding {
  readonly name = 'mqtt';
  readonly #options: MqttOptions;
  readonly #contentType: string;
  readonly #topics: TopicSpace;
  /** By the Thing's topic. */
  readonly #published = new Map<string, Published>();
  /** Things whose topics belong to another servient. */
  readonly #refused = new WeakSet<HostedThing>();
  readonly #claims = new WeakMap<HostedThing, Promise<void>>();
  #running: Running | undefined;
  #hasToldUngranted = false;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#contentType = options.contentType ?? 'application/json';
    this.#topics = new TopicSpace(options.prefix);
  }

  get addresses(): readonly string[] {
    return this.#running ? this.#running.link.addresses : [];
  }

  fault(): string | undefined {
    if (!this.#running) return undefined;
    if (this.#running.link.connected) return this.#running.link.fault?.();
    return `The MQTT broker ${this.#running.link.url} is away.`;
  }

  metrics(): readonly Metric[] {
    return this.#running?.link.metrics?.() ?? [];
  }

  async start(host: BindingHost): Promise<void> {
    const clientId = this.#options.clientId ?? host.servientId;
    const topics = this.#topics;
    const access = topicRights(host, topics, (topic) => this.#owns(topic));
    const link = await openLink(this.#options, { host, topics, clientId, access });
    const publisher = new Publisher(link, host.limits.queue, host.logger);
    const parts = { host, clientId, link, publisher };
    const ownership = link.isOwn ? undefined : this.#ownership(parts);
    const homeAssistant = homeAssistantFor(this.#options, { ...parts, topics });
    this.#running = { ...parts, ownership, homeAssistant, requests: this.#receivedRequests(parts) };
    this.#retainStatus('online');
    try {
      await this.#open(this.#running);
    } catch (error) {
      await this.stop();
      throw error;
    }
    homeAssistant?.start();
  }

  /** Looks whether another servient publishes a Thing of this name; a broker that is away is looked at when it comes. */
  async prepare(thing: HostedThing): Promise<void> {
    const { host, link } = this.#started();
    if (!this.#offers(thing)) return;
    const claim = this.#claim(thing);
    if (link.connected) await soon(claim, host.clock);
  }

  forms(thing: HostedThing): ThingForms {
    const { link, host } = this.#started();
    if (!this.#offers(thing)) return noForms;
    return mqttForms(thing, link.url, {
      topics: this.#topics,
      contentType: this.#contentType,
      maxPayload: host.limits.body,
    });
  }

  async expose(thing: HostedThing): Promise<void> {
    if (!this.#offers(thing)) return;
    const { host, link } = this.#started();
    const published = this.#claim(thing).then(() => this.#publish(thing));
    if (link.connected && (await soon(published, host.clock))) return;
    published.catch((error) => host.logger.error(`${thing.name} is not offered over MQTT`, { error }));
    if (!link.connected) return;
    const message = `The MQTT broker ${link.url} does not answer; ${thing.name} will be there when it does.`;
    host.logger.warn(message);
  }

  async unexpose(thing: HostedThing): Promise<void> {
    if (!this.#claims.delete(thing)) return;
    await this.#unpublish(thing, true);
    this.#running?.ownership?.release(thing.name);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#retainStatus('offline');
    this.#running = undefined;
    this.#published.clear();
    await running.link.close();
  }

  async #open({ host, link, publisher, ownership, requests, homeAssistant }: Running): Promise<void> {
    const { logger } = host;
    const filters = ownership ? [ownership.echo] : allRequestFilters(this.#topics);
    link
      .subscribe(filters)
      .catch((error) =>
        logger.warn(`${filters.join(', ')} are not heard: the MQTT broker refuses it`, { error }),
      );
    await link.open({
      connected() {
        if (!ownership) return publisher.connected();
        publisher.hold();
        ownership
          .recheck()
          .catch((error) => logger.error('Whose the Things on the MQTT broker are is not known', { error }))
          .finally(() => publisher.connected());
      },
      message(packet, principal) {
        homeAssistant?.hear(packet);
        if (!ownership?.take(packet)) requests.take(packet, principal);
      },
    });
  }

  #claim(thing: HostedThing): Promise<void> {
    const claim = this.#claims.get(thing) ?? this.#look(thing);
    this.#claims.set(thing, claim);
    return claim;
  }

  /** Behind a broker of others: listens to requests and claims the Thing's topics. */
  async #look(thing: HostedThing): Promise<void> {
    const { host, link, ownership } = this.#started();
    if (!ownership) return;
    const subscribe = () =>
      link.subscribe(this.#filters(thing)).catch((error) => {
        const message = `Not all requests to ${thing.name} come over MQTT: the broker refuses subscriptions`;
        host.logger.warn(message, { error });
      });
    const owner = await ownership.claim(thing.name, subscribe);
    if (owner !== undefined) await this.#refuse(thing, owner);
  }

  #filters(thing: HostedThing): readonly string[] {
    const { ownership } = this.#started();
    return ownership ? [ownership.topic(thing.name), ...requestFilters(thing, this.#topics)] : [];
  }

  async #refuse(thing: HostedThing, owner: string): Promise<void> {
    const { host, link } = this.#started();
    this.#refused.add(thing);
    this.#claims.delete(thing);
    const topic = this.#topics.thing(thing.name);
    const message = `The Thing ${JSON.stringify(thing.name)} (${thing.id}) is not offered over MQTT: at ${link.url} the topic ${topic} belongs to the servient ${owner}. Give one of them another name.`;
    host.logger.warn(message);
    await this.#unpublish(thing, false);
  }

  async #unpublish(thing: HostedThing, areOurs: boolean): Promise<void> {
    const { host, link } = this.#started();
    const topic = this.#topics.thing(thing.name);
    this.#published.get(topic)?.remove(areOurs);
    this.#published.delete(topic);
    const filters = this.#filters(thing);
    if (filters.length > 0)
      await soon(
        link.unsubscribe(filters).catch(() => {}),
        host.clock,
      );
  }

  #publish(thing: HostedThing): void {
    // Whoever waited for a slow broker may be gone meanwhile.
    if (!this.#running || !this.#claims.has(thing) || !this.#offers(thing)) return;
    const { host, clientId, link, publisher, homeAssistant } = this.#running;
    const { logger } = host;
    const topics = this.#topics;
    const contentType = this.#contentType;
    const unpublish = publishThing(thing, {
      ...{ topics, publisher, clientId, logger, contentType },
      // Our own broker asks the policy for each of its clients.
      ...(link.isOwn && { principal: servientItself }),
    });
    const withdraw = thing.listed ? homeAssistant?.announce(thing) : undefined;
    this.#published.set(topics.thing(thing.name), {
      thing,
      remove(areOurs) {
        withdraw?.(areOurs);
        unpublish(areOurs);
      },
      routes: requestRoutes(thing, topics),
    });
  }

  #ownership({ host, clientId, link, publisher }: Parts): Ownership {
    return new Ownership({
      ...{ link, publisher, topics: this.#topics, clientId, clock: host.clock },
      lost: (name, owner) => {
        const lost = this.#published.get(this.#topics.thing(name));
        if (lost) this.#refuse(lost.thing, owner).catch(() => {});
      },
    });
  }

  #receivedRequests({ host, link, publisher }: Parts): ReceivedRequests {
    const publishedAt = (topic: string) => this.#published.get(this.#topics.thingOf(topic) ?? '');
    return new ReceivedRequests({
      ...{ publisher, topics: this.#topics, contentType: this.#contentType },
      ...{ limits: host.limits, logger: host.logger },
      responseTopics: this.#options.responseTopics ?? [],
      answersForAll: link.isOwn,
      isServed: (topic) => publishedAt(topic) !== undefined,
      routeOf: (base) => publishedAt(base)?.routes.get(base),
    });
  }

  /** Behind a broker of others only what is granted to it; the servient's own Thing, of the same name everywhere, would clash there. */
  #offers(thing: HostedThing): boolean {
    if (this.#refused.has(thing)) return false;
    return this.#started().link.isOwn || (thing.listed && this.#isGranted(thing));
  }

  #isGranted(thing: HostedThing): boolean {
    const { host, link } = this.#started();
    if (mayAnything(host.access, mqttBroker, thing)) return true;
    // Once: it may be meant, and of many.
    if (!this.#hasToldUngranted) {
      const message = `${thing.name} is not offered over MQTT: nothing of it is granted to ${mqttBroker.name}, as whom all requests through ${link.url} are served. It needs a grant in the access rules; so do all Things that are to be there.`;
      host.logger.warn(message);
    }
    this.#hasToldUngranted = true;
    return false;
  }

  /** Whether nobody else may publish at a topic that is no Thing's. */
  #owns(topic: string): boolean {
    if (!this.#running) return false;
    const { clientId, homeAssistant } = this.#running;
    return topic === this.#topics.servientStatus(clientId) || homeAssistant?.owns(topic) === true;
  }

  #retainStatus(status: 'online' | 'offline'): void {
    const { publisher, clientId } = this.#started();
    const properties = { userProperties: { servient: clientId } };
    publisher.retain(this.#topics.servientStatus(clientId), Buffer.from(status), { properties });
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
