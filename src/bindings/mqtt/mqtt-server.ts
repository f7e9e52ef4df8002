import type { IPublishPacket } from 'mqtt';
import { type BindingHost, noForms, type ServerBinding, type ThingForms } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing, Unsubscribe } from '../../contracts/interaction.ts';
import { urlHost } from '../../security/bind-address.ts';
import { startBroker } from './broker/embedded-broker.ts';
import { type BrokerLink, soon } from './broker-link.ts';
import { embeddedLink } from './embedded-link.ts';
import { externalLink } from './external-link.ts';
import { answerRequest } from './mqtt-answer.ts';
import { brokerUrl } from './mqtt-connection.ts';
import { mqttForms } from './mqtt-forms.ts';
import { checkOptions, type MqttOptions } from './mqtt-options.ts';
import { nameTaken } from './mqtt-ownership.ts';
import { publishThing } from './mqtt-publications.ts';
import { Publisher } from './mqtt-publisher.ts';
import { type Route, requestFilters, requestRoutes } from './mqtt-requests.ts';
import { isRequestTopic, statusTopic, thingTopic } from './mqtt-topics.ts';

export type { MqttOptions };

/** What a packet may hold beside its payload: topic and properties. */
const packetOverhead = 128 * 1024;

/** Requests that may be under way at once. */
const mostRequests = 4096;

/** Things over MQTT: values and events are published, requests at topics of their own have results. Throws WotError `invalid` CONTENT_TYPE_UNKNOWN or TOPIC_FILTER_INVALID. */
export function mqtt(options: MqttOptions): ServerBinding {
  checkOptions(options);
  return new MqttServer(options);
}

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

class MqttServer implements ServerBinding {
  readonly name = 'mqtt';
  readonly #options: MqttOptions;
  readonly #contentType: string;
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
    publisher.retain(statusTopic(host.servientId), Buffer.from('online'));
    try {
      await link.open({
        connected: () => publisher.connected(),
        message: (packet) => {
          this.#receive(packet).catch((error) => host.logger.error('An MQTT request was lost', { error }));
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
    return mqttForms(thing, link.url, { contentType: this.#contentType, maxPayload: host.limits.body });
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
    const published = this.#published.get(thingTopic(thing.name));
    if (!published) return;
    this.#published.delete(thingTopic(thing.name));
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
    publisher.retain(statusTopic(host.servientId), Buffer.from('offline'));
    await link.close();
  }

  #claim(thing: HostedThing): Promise<void> {
    const claim = this.#claims.get(thing) ?? this.#look(thing);
    this.#claims.set(thing, claim);
    return claim;
  }

  async #look(thing: HostedThing): Promise<void> {
    const { host, link } = this.#started();
    const taken = await nameTaken(thing, link, host.servientId);
    if (taken === undefined) return;
    this.#refused.add(thing);
    host.logger.warn(taken);
  }

  async #publish(thing: HostedThing): Promise<void> {
    // Whoever waited for a slow broker may be gone meanwhile.
    if (!this.#running || !this.#claims.has(thing) || !this.#offers(thing)) return;
    const { host, link, publisher } = this.#running;
    const { logger, servientId } = host;
    const remove = publishThing(thing, { publisher, servientId, logger, contentType: this.#contentType });
    const filters = requestFilters(thing);
    this.#published.set(thingTopic(thing.name), { remove, filters, routes: requestRoutes(thing) });
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
      servientId,
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
    const ours = this.#published.has(thingOf(topic)) || topic === this.#ownStatus();
    return !ours || (isRequestTopic(topic) && !retain);
  }

  async #receive(packet: IPublishPacket): Promise<void> {
    if (!this.#running) return;
    const { host, publisher } = this.#running;
    const overloaded = this.#requests >= mostRequests;
    this.#requests++;
    const answer = await answerRequest(packet, {
      routeOf: (base) => this.#published.get(thingOf(base))?.routes.get(base),
      contentType: this.#contentType,
      responseTopics: this.#options.responseTopics ?? [],
      limits: host.limits,
      overloaded,
      logger: host.logger,
    }).finally(() => this.#requests--);
    if (answer) publisher.publishOrLose(answer);
  }

  #ownStatus(): string | undefined {
    return this.#running && statusTopic(this.#running.host.servientId);
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

/** The topic of the Thing that a topic belongs to. */
function thingOf(topic: string): string {
  return topic.split('/', 2).join('/');
}
