import type { IPublishPacket, MqttClient } from 'mqtt';
import type { BindingHost, ServerBinding, ThingForms } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing, Unsubscribe } from '../../contracts/interaction.ts';
import { urlHost } from '../../security/bind-address.ts';
import { type EmbeddedBroker, startBroker } from './broker/embedded-broker.ts';
import { answerRequest } from './mqtt-answer.ts';
import { brokerUrl, connected, endConnection, openConnection } from './mqtt-connection.ts';
import { mqttForms } from './mqtt-forms.ts';
import { publishThing } from './mqtt-publications.ts';
import { Publisher } from './mqtt-publisher.ts';
import { type Route, requestFilters, requestRoutes } from './mqtt-requests.ts';
import { isRequestTopic, statusTopic, thingTopic } from './mqtt-topics.ts';

export interface MqttOptions {
  /** `embedded` for a broker of our own (MQTT 3.1.1), else the address of one, e.g. `mqtt://localhost:1883`. */
  readonly broker: string;
  /** Of the embedded broker; default 1883. */
  readonly port?: number;
  /** Of the embedded broker; default the servient's. */
  readonly host?: string;
  /** For an external broker. */
  readonly username?: string;
  readonly password?: string;
  /** Of all payloads but the TDs; default `application/json`. */
  readonly contentType?: string;
}

/** What a packet may hold beside its payload: topic and properties. */
const packetOverhead = 128 * 1024;

/** Things over MQTT: values and events are published, requests at topics of their own have results. */
export function mqtt(options: MqttOptions): ServerBinding {
  return new MqttServer(options);
}

/** What runs between start and stop. */
interface Running {
  readonly host: BindingHost;
  readonly broker?: EmbeddedBroker;
  /** As the peers reach it. */
  readonly url: string;
  readonly client: MqttClient;
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
  #running: Running | undefined;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#contentType = options.contentType ?? 'application/json';
  }

  get addresses(): readonly string[] {
    return this.#running ? [this.#running.url] : [];
  }

  async start(host: BindingHost): Promise<void> {
    const embedded = this.#options.broker === 'embedded';
    const broker = embedded ? await this.#startBroker(host) : undefined;
    const url = broker
      ? `mqtt://${urlHost(host.reachableHost(host.bindAddress(this.#options.host)))}:${broker.port}`
      : brokerUrl(this.#options.broker);
    const client = this.#connect(host, url, broker);
    const publisher = new Publisher(client, host.limits.queue, host.logger);
    this.#running = { host, url, client, publisher, ...(broker && { broker }) };
    client.on('message', (_topic, _payload, packet) => {
      this.#receive(packet).catch((error) => host.logger.error('An MQTT request was lost', { error }));
    });
    publisher.retain(statusTopic(host.servientId), Buffer.from('online'));
    try {
      await connected(client, url);
    } catch (error) {
      // One that refuses us is misconfigured; one that is away may come, and HTTP and CoAP need not wait for it.
      if (!(error instanceof WotError && error.code === 'BROKER_UNREACHABLE')) {
        await this.stop();
        throw error;
      }
      host.logger.warn(`${error.message} Trying again every second.`);
    }
  }

  forms(thing: HostedThing): ThingForms {
    const { url } = this.#started();
    if (!this.#offers(thing)) return { forms: [], properties: {}, actions: {}, events: {} };
    return mqttForms(thing, url, this.#contentType);
  }

  async expose(thing: HostedThing): Promise<void> {
    if (!this.#offers(thing)) return;
    const { client, publisher, host } = this.#started();
    const remove = publishThing(thing, {
      publisher,
      contentType: this.#contentType,
      logger: host.logger,
    });
    const filters = requestFilters(thing);
    this.#published.set(thingTopic(thing.name), { remove, filters, routes: requestRoutes(thing) });
    const subscribed = client.subscribeAsync([...filters], { qos: 1, rap: true }).catch((error) => {
      host.logger.warn(`Requests to ${thing.name} do not come over MQTT: the broker refuses them`, { error });
    });
    // Without a connection the subscription waits for it, and the other protocols do not.
    if (client.connected) await subscribed;
  }

  async unexpose(thing: HostedThing): Promise<void> {
    const published = this.#published.get(thingTopic(thing.name));
    this.#published.delete(thingTopic(thing.name));
    if (!published) return;
    published.remove();
    const { client } = this.#started();
    // A broker that is away forgets the subscriptions by itself.
    const unsubscribed = client.unsubscribeAsync([...published.filters]).catch(() => {});
    if (client.connected) await unsubscribed;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#published.clear();
    const { client, publisher, broker, host } = running;
    publisher.retain(statusTopic(host.servientId), Buffer.from('offline'));
    await endConnection(client);
    await broker?.stop();
  }

  #startBroker(host: BindingHost): Promise<EmbeddedBroker> {
    return startBroker({
      host: host.bindAddress(this.#options.host),
      port: this.#options.port ?? 1883,
      maxPacket: host.limits.body + packetOverhead,
      ownId: host.servientId,
      mayPublish: (topic, retain) => this.#mayPublish(topic, retain),
      authenticate: async (credentials) => host.authenticate(credentials),
      logger: host.logger,
    });
  }

  #connect(host: BindingHost, url: string, broker: EmbeddedBroker | undefined): MqttClient {
    const { username, password } = this.#options;
    const credentials = { ...(username && { username }), ...(password && { password }) };
    return openConnection({
      url,
      ...(broker ? { stream: () => broker.connect() } : credentials),
      maxPacket: host.limits.body + packetOverhead,
      clientId: host.servientId,
      queueQoSZero: false,
      will: { topic: statusTopic(host.servientId), payload: Buffer.from('offline'), qos: 1, retain: true },
      logger: host.logger,
    });
  }

  /** The servient's own Thing has the same name everywhere, so that it would clash on a broker shared with others. */
  #offers(thing: HostedThing): boolean {
    return thing.listed || this.#options.broker === 'embedded';
  }

  /** Below our Things others may only ask, and in passing: a retained request would be repeated at every start. */
  #mayPublish(topic: string, retain: boolean): boolean {
    const ours = this.#published.has(thingOf(topic)) || topic === this.#ownStatus();
    return !ours || (isRequestTopic(topic) && !retain);
  }

  async #receive(packet: IPublishPacket): Promise<void> {
    const { host, publisher } = this.#started();
    const answer = await answerRequest(packet, {
      routeOf: (base) => this.#published.get(thingOf(base))?.routes.get(base),
      contentType: this.#contentType,
      limits: host.limits,
      logger: host.logger,
    });
    if (answer) publisher.publish(answer.topic, answer.payload, { ...answer, qos: packet.qos });
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
