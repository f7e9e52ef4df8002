import { randomUUID } from 'node:crypto';
import type {
  IClientPublishOptions,
  IClientSubscribeOptions,
  IPublishPacket,
  ISubscriptionMap,
  MqttClient,
} from 'mqtt';
import { codecFor } from '../../codec/registry.ts';
import type { Content } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import { silentLogger } from '../../contracts/logger.ts';
import { connected, endConnection, openConnection } from './mqtt-connection.ts';
import { readEnvelope, readResult } from './mqtt-result.ts';
import type { MqttTarget } from './mqtt-target.ts';
import { matchesFilter } from './mqtt-topics.ts';

/** Told of the messages of a filter, and of the life of the connection. */
export interface TopicListener {
  message(packet: IPublishPacket): void;
  /** The connection was lost; it is tried again until `resumed`. */
  interrupted?(error: WotError): void;
  /** The connection came back: messages may be lost, retained ones come again. */
  resumed?(): void;
  /** The session was closed. */
  ended?(): void;
}

/** A subscription that listeners share; by its id the broker says which one it serves (MQTT 5 section 3.8.2.1.2). */
interface Shared {
  readonly id: number;
  readonly listeners: Set<TopicListener>;
}

interface Pending {
  readonly resolve: (packet: IPublishPacket) => void;
  readonly reject: (error: WotError) => void;
}

/** One connection to one broker, shared by all requests and subscriptions of a client. */
export class MqttSession {
  readonly clientId = `wot-${randomUUID()}`;
  readonly #broker: string;
  readonly #client: MqttClient;
  readonly #shared = new Map<string, Shared>();
  readonly #pending = new Map<string, Pending>();
  readonly #replySubscriptions = new Map<string, Promise<unknown>>();
  #requests = 0;
  #isStanding = false;
  #subscriptions = 0;

  constructor({ broker, username, password }: Pick<MqttTarget, 'broker' | 'username' | 'password'>) {
    this.#broker = broker;
    this.#client = openConnection({
      url: broker,
      clientId: this.clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      queueQoSZero: false,
      logger: silentLogger,
    });
    this.#client.on('message', (topic, _payload, packet) => this.#receive(topic, packet));
    this.#client.on('close', () => this.#lose());
  }

  /** Resolves when the connection stands for the first time; rejects when it fails then. */
  async ready(): Promise<void> {
    await connected(this.#client, this.#broker);
    this.#isStanding = true;
    this.#client.on('connect', () => {
      this.#isStanding = true;
      for (const listener of this.#all()) listener.resumed?.();
    });
  }

  /** Waits until a lost connection is back: what is asked now must not be sent after its caller gave up. */
  online(signal: AbortSignal): Promise<void> {
    if (this.#client.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#client.once('connect', () => resolve());
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** Publishes; at QoS 0 resolves when the message is sent, else when the broker has it. */
  async publish(topic: string, payload: Uint8Array, options: IClientPublishOptions): Promise<void> {
    await this.#client.publishAsync(topic, Buffer.from(payload), options);
  }

  /** Subscribes, also again, so that retained messages come; the returned function ends it. */
  async listen(
    filters: readonly string[],
    qos: 0 | 1 | 2,
    listener: TopicListener,
  ): Promise<() => Promise<void>> {
    const stop = () => this.#unlisten(filters, listener);
    try {
      await Promise.all(
        filters.map((filter) => {
          const shared = this.#shared.get(filter) ?? { id: ++this.#subscriptions, listeners: new Set() };
          this.#shared.set(filter, shared);
          shared.listeners.add(listener);
          return this.#subscribe(filter, qos, shared.id);
        }),
      );
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  }

  /** Publishes a request and waits for its result; throws the peer's error. */
  async ask(
    target: MqttTarget & { readonly topic: string; readonly responseTopic: string },
    content: Content | undefined,
    signal: AbortSignal,
  ): Promise<Content | undefined> {
    const { topic, responseTopic, qos, requestType, contentType } = target;
    const version = this.#client.options.protocolVersion;
    if (content && version !== 5 && codecFor(content.type) !== codecFor(requestType)) {
      throw untold(content.type, requestType);
    }
    await this.#subscribeReplies(responseTopic);
    const correlationId = (this.#requests++).toString(36);
    const suffix = `${this.clientId}/${correlationId}`;
    const replyTopic = `${responseTopic}/${suffix}`;
    const source = { href: `${this.#broker}/${topic}`, contentType };
    const body = content?.body ?? new Uint8Array();
    const reply = this.#reply(replyTopic, signal);
    if (version !== 5) {
      const [path, query] = topic.split('/?', 2);
      await this.publish(`${path}/${suffix}${query === undefined ? '' : `/?${query}`}`, body, { qos });
      return readEnvelope(await reply, source);
    }
    const correlationData = Buffer.from(correlationId);
    const properties = {
      responseTopic: replyTopic,
      correlationData,
      contentType: content?.type ?? requestType,
    };
    await this.publish(topic, body, { qos, properties });
    return readResult(await reply, source);
  }

  async close(): Promise<void> {
    for (const listener of this.#all()) listener.ended?.();
    this.#shared.clear();
    await endConnection(this.#client);
  }

  #all(): ReadonlySet<TopicListener> {
    return new Set([...this.#shared.values()].flatMap(({ listeners }) => [...listeners]));
  }

  #receive(topic: string, packet: IPublishPacket): void {
    const pending = this.#pending.get(topic);
    if (pending) {
      pending.resolve(packet);
      return;
    }
    // A broker may send a message once for each of several subscriptions that overlap.
    const ids = [packet.properties?.subscriptionIdentifier ?? []].flat();
    for (const [filter, { id, listeners }] of this.#shared) {
      const meant = ids.length > 0 ? ids.includes(id) : matchesFilter(filter, topic);
      if (meant) for (const listener of listeners) listener.message(packet);
    }
  }

  #lose(): void {
    const unanswered = connectionLost(
      this.#broker,
      ' before the result came; whether the request was served is not known',
    );
    for (const { reject } of this.#pending.values()) reject(unanswered);
    if (!this.#isStanding) return;
    this.#isStanding = false;
    const lost = connectionLost(this.#broker, '; it is tried again every second');
    for (const listener of this.#all()) listener.interrupted?.(lost);
  }

  #reply(topic: string, signal: AbortSignal): Promise<IPublishPacket> {
    const reply = new Promise<IPublishPacket>((resolve, reject) => {
      this.#pending.set(topic, { resolve, reject });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const forget = () => this.#pending.delete(topic);
    reply.then(forget, forget);
    return reply;
  }

  async #subscribeReplies(responseTopic: string): Promise<void> {
    const filter = `${responseTopic}/${this.clientId}/+`;
    const subscription = this.#replySubscriptions.get(filter) ?? this.#subscribe(filter, 1);
    this.#replySubscriptions.set(filter, subscription);
    try {
      await subscription;
    } catch (error) {
      this.#replySubscriptions.delete(filter);
      throw error;
    }
  }

  async #subscribe(filter: string, qos: 0 | 1 | 2, subscriptionIdentifier?: number): Promise<void> {
    const identified =
      subscriptionIdentifier !== undefined &&
      this.#client.serverProperties?.subscriptionIdentifiersAvailable !== false;
    const subscription: IClientSubscribeOptions = {
      qos,
      ...(identified && { properties: { subscriptionIdentifier } }),
    };
    const refused = await this.#client
      .subscribeAsync(
        Object.assign({ [filter]: subscription }, { resubscribe: true }) as ISubscriptionMap,
        subscription,
      )
      .then(
        (grants) => grants.some((grant) => grant.qos >= 128),
        () => true,
      );
    if (!refused) return;
    const message = `The MQTT broker ${this.#broker} refused the subscription to ${filter}; check what this user may read there.`;
    throw new WotError('forbidden', 'SUBSCRIPTION_REFUSED', message, { href: this.#broker });
  }

  async #unlisten(filters: readonly string[], listener: TopicListener): Promise<void> {
    const unused = filters.filter((filter) => {
      const shared = this.#shared.get(filter);
      if (!shared?.listeners.delete(listener) || shared.listeners.size > 0) return false;
      return this.#shared.delete(filter);
    });
    if (unused.length === 0 || this.#client.disconnecting) return;
    const unsubscribed = this.#client.unsubscribeAsync(unused).then(
      () => {},
      () => {}, // the broker forgets them with the connection
    );
    if (this.#client.connected) await unsubscribed;
  }
}

function connectionLost(broker: string, meaning: string): WotError {
  const message = `The connection to the MQTT broker ${broker} was lost${meaning}.`;
  return new WotError('unavailable', 'CONNECTION_LOST', message, { href: broker });
}

function untold(given: string, wanted: string): WotError {
  const message = `MQTT 3.1.1 cannot tell the media type ${given}; send ${wanted}, as the form says.`;
  return new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}
