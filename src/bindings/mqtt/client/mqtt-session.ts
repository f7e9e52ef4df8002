import { randomUUID } from 'node:crypto';
import type {
  IClientPublishOptions,
  IClientSubscribeOptions,
  IPublishPacket,
  ISubscriptionMap,
  MqttClient,
} from 'mqtt';
import { codecFor } from '../../../codec/registry.ts';
import type { Content } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { silentLogger } from '../../../contracts/logger.ts';
import type { Wire } from '../../../contracts/wire.ts';
import { connected, endConnection, openConnection } from '../connection/mqtt-connection.ts';
import { readEnvelope, readResult } from '../messages/mqtt-result.ts';
import { tellPacket, tellPublish } from '../messages/mqtt-wire.ts';
import { matchesFilter } from '../messages/topic-names.ts';
import type { MqttTarget } from './mqtt-target.ts';

/** Told of the messages of a filter, and of the life of the connection. */
export interface TopicListener {
  /** Is told of what goes over the wire for it. */
  readonly wire?: Wire;
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

/** What bounds a request, and who is told of its messages. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly wire?: Wire;
}

/** A message to publish. */
export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly options: IClientPublishOptions;
  readonly wire?: Wire;
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

  /** 5, or 4 for MQTT 3.1.1; valid once it was ready. */
  get protocolVersion(): number {
    return this.#client.options.protocolVersion ?? 5;
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
  async publish({ topic, payload, options, wire }: Publication): Promise<void> {
    const { qos = 0 } = options;
    tellPublish(wire, 'sent', { topic, payload, ...options });
    await this.#client.publishAsync(topic, Buffer.from(payload), options);
    if (qos > 0) tellPacket(wire, 'received', { start: qos === 1 ? 'PUBACK' : 'PUBCOMP' });
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
          return this.#subscribe(filter, { qos, id: shared.id }, listener.wire);
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
    asking: Asking,
  ): Promise<Content | undefined> {
    const { wire } = asking;
    const { topic, responseTopic, qos, requestType, contentType } = target;
    const version = this.protocolVersion;
    if (content && version !== 5 && codecFor(content.type) !== codecFor(requestType)) {
      throw untold(content.type, requestType);
    }
    await this.#subscribeReplies(responseTopic, wire);
    const correlationId = (this.#requests++).toString(36);
    const suffix = `${this.clientId}/${correlationId}`;
    const replyTopic = `${responseTopic}/${suffix}`;
    const source = { href: `${this.#broker}/${topic}`, contentType };
    const payload = content?.body ?? new Uint8Array();
    const told = { payload, wire };
    const reply = this.#reply(replyTopic, asking);
    if (version !== 5) {
      const [path, query] = topic.split('/?', 2);
      const asked = `${path}/${suffix}${query === undefined ? '' : `/?${query}`}`;
      await this.publish({ topic: asked, options: { qos }, ...told });
      return readEnvelope(await reply, source);
    }
    const correlationData = Buffer.from(correlationId);
    const properties = {
      responseTopic: replyTopic,
      correlationData,
      contentType: content?.type ?? requestType,
    };
    await this.publish({ topic, options: { qos, properties }, ...told });
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
      if (meant) for (const listener of listeners) tellListener(listener, packet);
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

  #reply(topic: string, { signal, wire }: Asking): Promise<IPublishPacket> {
    const reply = new Promise<IPublishPacket>((resolve, reject) => {
      const answered = (packet: IPublishPacket): void => {
        tellPublish(wire, 'received', packet);
        resolve(packet);
      };
      this.#pending.set(topic, { resolve: answered, reject });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const forget = () => this.#pending.delete(topic);
    reply.then(forget, forget);
    return reply;
  }

  async #subscribeReplies(responseTopic: string, wire: Wire): Promise<void> {
    const filter = `${responseTopic}/${this.clientId}/+`;
    const subscription = this.#replySubscriptions.get(filter) ?? this.#subscribe(filter, { qos: 1 }, wire);
    this.#replySubscriptions.set(filter, subscription);
    try {
      await subscription;
    } catch (error) {
      this.#replySubscriptions.delete(filter);
      throw error;
    }
  }

  async #subscribe(filter: string, { qos, id }: SubscribeOptions, wire: Wire): Promise<void> {
    const identified =
      id !== undefined && this.#client.serverProperties?.subscriptionIdentifiersAvailable !== false;
    const properties = identified && this.protocolVersion === 5 ? { subscriptionIdentifier: id } : undefined;
    const subscription: IClientSubscribeOptions = { qos, ...(properties && { properties }) };
    tellPacket(wire, 'sent', { start: `SUBSCRIBE ${filter}`, qos, properties });
    const refused = await this.#client
      .subscribeAsync(
        Object.assign({ [filter]: subscription }, { resubscribe: true }) as ISubscriptionMap,
        subscription,
      )
      .then(
        (grants) => {
          for (const { qos: granted } of grants) tellPacket(wire, 'received', { start: 'SUBACK', granted });
          return grants.some((grant) => grant.qos >= 128);
        },
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
    for (const filter of unused) tellPacket(listener.wire, 'sent', { start: `UNSUBSCRIBE ${filter}` });
    const unsubscribed = this.#client.unsubscribeAsync(unused).then(
      () => {},
      () => {}, // the broker forgets them with the connection
    );
    if (this.#client.connected) await unsubscribed;
  }
}

/** Names the filter in the broker's messages where it can (MQTT 5). */
interface SubscribeOptions {
  readonly qos: 0 | 1 | 2;
  readonly id?: number;
}

function tellListener(listener: TopicListener, packet: IPublishPacket): void {
  tellPublish(listener.wire, 'received', packet);
  listener.message(packet);
}

function connectionLost(broker: string, meaning: string): WotError {
  const message = `The connection to the MQTT broker ${broker} was lost${meaning}.`;
  return new WotError('unavailable', 'CONNECTION_LOST', message, { href: broker });
}

function untold(given: string, wanted: string): WotError {
  const message = `MQTT 3.1.1 cannot tell the media type ${given}; send ${wanted}, as the form says.`;
  return new WotError('unsupported-media', 'CONTENT_TYPE_UNKNOWN', message);
}
