import type { IPublishPacket } from 'mqtt';
import {
  type BindingHost,
  noForms,
  type ServerBinding,
  type ThingForms,
} from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing, Unsubscribe } from '../../../contracts/interaction.ts';
import { urlHost } from '../../../security/bind-address.ts';
import { startBroker } from '../broker/embedded-broker.ts';
import { brokerUrl } from '../connection/mqtt-connection.ts';
import { TopicSpace } from '../messages/topic-space.ts';
import { type BrokerLink, soon } from './broker-link.ts';
import { embeddedLink } from './embedded-link.ts';
import { externalLink } from './external-link.ts';
import { answerRequest } from './mqtt-answer.ts';
import { mqttForms } from './mqtt-forms.ts';
import type { MqttOptions } from './mqtt-options.ts';
import { nameTaken } from './mqtt-ownership.ts';
import { mqttBroker, publishThing } from './mqtt-publications.ts';
import { Publisher } from './mqtt-publisher.ts';
import { type Route, requestFilters, requestRoutes } from './mqtt-requests.ts';

/** What a packet may hold beside its payload: topic and properties. */
const packetOverhead = 128 * 1024;

/** Requests that may be under way at once. */
const mostRequests = 4096;

/** What runs between start and stop. */
interface Running {
  readonly host: BindingHost;
  readonly link: BrokerLink;
  readonly publisher: Publisher;
}

interface Published {
  readonly remove: Unsubscribe;
  readonly filters: readonly string[];
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
  #requests = 0;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#contentType = options.contentType ?? 'application/json';
    this.#topics = new TopicSpace(options.prefix);
  }

  get addresses(): readonly string[] {
    return this.#running ? [this.#running.link.url] : [];
  }

  fault(): string | undefined {
    if (!this.#running || this.#running.link.connected) return undefined;
    return `The MQTT broker ${this.#running.link.url} is away.`;
  }

  async start(host: BindingHost): Promise<void> {
    const link = await (this.#isEmbedded ? this.#embeddedLink(host) : this.#externalLink(host));
    const publisher = new Publisher(link, host.limits.queue, host.logger);
    this.#running = { host, link, publisher };
    publisher.retain(this.#topics.servientStatus(host.servientId), Buffer.from('online'));
    try {
      await link.open({
        connected: () => publisher.connected(),
        message: (packet, principal) => {
          this.#receive(packet, principal).catch((error) =>
            host.logger.error('An MQTT request was lost', { error }),
          );
        },
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
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
    const { host, link } = this.#started();
    this.#claims.delete(thing);
    const published = this.#published.get(this.#topics.thing(thing.name));
    if (!published) return;
    this.#published.delete(this.#topics.thing(thing.name));
    published.remove();
    await soon(
      link.unsubscribe(published.filters).catch(() => {}),
      host.clock,
    );
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#published.clear();
    const { link, publisher, host } = running;
    publisher.retain(this.#topics.servientStatus(host.servientId), Buffer.from('offline'));
    await link.close();
  }

  #claim(thing: HostedThing): Promise<void> {
    const claim = this.#claims.get(thing) ?? this.#look(thing);
    this.#claims.set(thing, claim);
    return claim;
  }

  async #look(thing: HostedThing): Promise<void> {
    const { host, link } = this.#started();
    const taken = await nameTaken(thing, link, { servientId: host.servientId, topics: this.#topics });
    if (taken === undefined) return;
    this.#refused.add(thing);
    host.logger.warn(taken);
  }

  async #publish(thing: HostedThing): Promise<void> {
    // Whoever waited for a slow broker may be gone meanwhile.
    if (!this.#running || !this.#claims.has(thing) || !this.#offers(thing)) return;
    const { host, link, publisher } = this.#running;
    const { logger, servientId } = host;
    const topics = this.#topics;
    const contentType = this.#contentType;
    const remove = publishThing(thing, { topics, publisher, servientId, logger, contentType });
    const filters = requestFilters(thing, topics);
    this.#published.set(this.#topics.thing(thing.name), {
      remove,
      filters,
      routes: requestRoutes(thing, topics),
    });
    try {
      await link.subscribe(filters);
    } catch (error) {
      logger.warn(`Requests to ${thing.name} do not come over MQTT: the broker refuses them`, { error });
    }
  }

  async #embeddedLink(host: BindingHost): Promise<BrokerLink> {
    const address = host.bindAddress(this.#options.host);
    const broker = await startBroker({
      host: address,
      port: this.#options.port ?? 1883,
      maxPacket: host.limits.body + packetOverhead,
      mayPublish: (topic, retain) => this.#mayPublish(topic, retain),
      authenticate: async (credentials) => host.authenticate(credentials),
      clock: host.clock,
      logger: host.logger,
    });
    return embeddedLink(broker, `mqtt://${urlHost(host.reachableHost(address))}:${broker.port}`);
  }

  #externalLink({ servientId, limits, clock, logger }: BindingHost): BrokerLink {
    const { broker, username, password } = this.#options;
    return externalLink({
      url: brokerUrl(broker),
      ...(username && { username }),
      ...(password && { password }),
      maxPacket: limits.body + packetOverhead,
      clientId: servientId,
      ownStatus: this.#topics.servientStatus(servientId),
      clock,
      logger,
    });
  }

  get #isEmbedded(): boolean {
    return this.#options.broker === 'embedded';
  }

  /** The servient's own Thing has the same name everywhere, so that it would clash on a broker shared with others. */
  #offers(thing: HostedThing): boolean {
    return (thing.listed || this.#isEmbedded) && !this.#refused.has(thing);
  }

  /** Below our Things others may only ask, and in passing: a retained request would be repeated at every start. */
  #mayPublish(topic: string, retain: boolean): boolean {
    const ours = this.#published.has(this.#topics.thingOf(topic) ?? '') || topic === this.#ownStatus();
    return !ours || (this.#topics.isRequest(topic) && !retain);
  }

  async #receive(packet: IPublishPacket, principal = mqttBroker): Promise<void> {
    if (!this.#running) return;
    const { host, publisher } = this.#running;
    const overloaded = this.#requests >= mostRequests;
    this.#requests++;
    const answer = await answerRequest(packet, {
      principal,
      topics: this.#topics,
      routeOf: (base) => this.#published.get(this.#topics.thingOf(base) ?? '')?.routes.get(base),
      contentType: this.#contentType,
      responseTopics: this.#options.responseTopics ?? [],
      limits: host.limits,
      overloaded,
      logger: host.logger,
    }).finally(() => this.#requests--);
    if (answer) publisher.publishOrLose(answer);
  }

  #ownStatus(): string | undefined {
    return this.#running && this.#topics.servientStatus(this.#running.host.servientId);
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
