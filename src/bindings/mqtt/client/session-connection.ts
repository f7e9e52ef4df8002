import { randomUUID } from 'node:crypto';
import type {
  IClientPublishOptions,
  IClientSubscribeOptions,
  IPublishPacket,
  ISubscriptionMap,
  MqttClient,
} from 'mqtt';
import { abortable } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { silentLogger } from '../../../contracts/logger.ts';
import type { Wire } from '../../../contracts/wire.ts';
import { connectionError } from '../connection/connection-error.ts';
import { type BrokerTls, connected, endConnection, openConnection } from '../connection/mqtt-connection.ts';
import type { MqttVersion } from '../connection/reconnecting.ts';
import { tellPacket, tellPublish } from '../messages/mqtt-wire.ts';

/** A broker, who connects to it, and how. */
export interface SessionOptions extends BrokerTls {
  readonly broker: string;
  readonly username?: string;
  readonly password?: string;
  /** Bytes of one packet from the broker. */
  readonly maxPacket: number;
  readonly version?: MqttVersion | undefined;
  readonly random?: () => number;
}

/** A message to publish. */
export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly options: IClientPublishOptions;
  readonly signal: AbortSignal;
  readonly wire?: Wire;
}

/** Filters to subscribe to at once; the id names them in the broker's messages (MQTT 5 section 3.8.2.1.2). */
export interface FilterRequest {
  readonly filters: Readonly<Record<string, 0 | 1 | 2>>;
  readonly id?: number;
  readonly wire?: Wire;
}

/** Is told of what comes over a connection, and of its life. */
export interface ConnectionListener {
  message(packet: IPublishPacket): void;
  lost(why: WotError): void;
  /** It stands again; with `kept` the broker has remembered the session. */
  back(kept: boolean): void;
}

/** Seconds for which a broker keeps what it could not deliver (MQTT 5). */
const sessionExpiry = 300;
const receiveMaximum = 256;
/** Bytes that may wait for a broker that does not read. */
const mostUnsent = 16 * 1024 * 1024;
/** How soon after a failure the next request tries to connect again, in ms. */
const rest = 1000;

/** One connection to a broker, with a session that outlives it where it is MQTT 5 or lasting; all failures name the broker. */
export class SessionConnection {
  readonly clientId = `wot-${randomUUID()}`;
  readonly broker: string;
  readonly #client: MqttClient;
  #failure: WotError | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor({ broker, ...options }: SessionOptions) {
    this.broker = broker;
    this.#client = openConnection({
      ...options,
      ...{ url: broker, clientId: this.clientId, sessionExpiry, receiveMaximum },
      ...{ queueQoSZero: false, resubscribe: false, logger: silentLogger },
    });
    this.#client.setMaxListeners(0);
    this.#client.on('error', (error) => {
      this.#failure = connectionError(error, broker);
      this.#failedAt = performance.now();
    });
  }

  /** Resolves when the connection stands for the first time; rejects when it fails then. */
  async ready(listener: ConnectionListener): Promise<void> {
    const client = this.#client;
    client.on('message', (_topic, _payload, packet) => listener.message(packet));
    let stands = false;
    const connects = (): void => {
      stands = true;
      this.#failure = undefined;
      // MQTT 5 section 3.1.2.4: its sessions end by themselves, those of 3.1.1 do not.
      if (this.version === 5) client.options.clean = false;
    };
    await connected(client, this.broker);
    connects();
    client.on('connect', ({ sessionPresent }) => {
      connects();
      listener.back(sessionPresent);
    });
    client.on('close', () => {
      if (stands) listener.lost(this.#failure ?? this.#lost());
      stands = false;
    });
  }

  get version(): MqttVersion {
    return this.#client.options.protocolVersion === 5 ? 5 : 4;
  }

  /** Whether messages come with the ids of the subscriptions that they match (MQTT 5 section 3.3.2.3.8). */
  get tellsFilters(): boolean {
    return this.version === 5 && this.#client.serverProperties?.subscriptionIdentifiersAvailable !== false;
  }

  /** Resolves at once while the connection stands, else when an attempt succeeds; rejects when one fails, or with the signal's reason. */
  async online(signal: AbortSignal): Promise<void> {
    const client = this.#client;
    if (client.connected && !client.disconnecting) return;
    if (this.#failure && performance.now() - this.#failedAt < rest) throw this.#failure;
    const standing = connected(client, this.broker);
    if (client.stream.destroyed && !client.disconnecting) client.connect();
    await abortable(standing, signal);
  }

  /** Publishes; at QoS 0 resolves when the message is sent, else when the broker has it. */
  async publish({ topic, payload, options, signal, wire }: Publication): Promise<void> {
    const client = this.#client;
    const { maximumPacketSize = Infinity, maximumQoS = 2, retainAvailable } = client.serverProperties ?? {};
    // [MQTT-3.2.2-15]
    if (sizeOf(topic, payload, options) > maximumPacketSize) throw this.#tooLarge(topic, maximumPacketSize);
    if (options.retain && retainAvailable === false) throw this.#unretained(topic); // [MQTT-3.2.2-14]
    if (client.stream.writableLength > mostUnsent) throw this.#slow();
    const qos = Math.min(options.qos ?? 0, maximumQoS) as 0 | 1 | 2;
    tellPublish(wire, 'sent', { topic, payload, ...options, qos });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const done = (error?: Error): void => (error ? reject(this.#unpublished(error, topic)) : resolve());
    client.publish(topic, Buffer.from(payload), { ...options, qos }, done);
    try {
      await abortable(promise, signal);
    } catch (error) {
      this.#forget(done);
      throw error;
    }
    if (qos > 0) tellPacket(wire, 'received', { start: qos === 1 ? 'PUBACK' : 'PUBCOMP' });
  }

  /** Resolves when the broker granted all; rejects with WotError `forbidden` SUBSCRIPTION_REFUSED. */
  async subscribe({ filters, id, wire }: FilterRequest): Promise<void> {
    const client = this.#client;
    const names = Object.keys(filters);
    const properties = id !== undefined && this.tellsFilters ? { subscriptionIdentifier: id } : undefined;
    for (const name of names)
      tellPacket(wire, 'sent', { start: `SUBSCRIBE ${name}`, qos: filters[name], properties });
    const map = Object.fromEntries(names.map((name) => [name, { qos: filters[name] ?? 0 }]));
    const how: IClientSubscribeOptions = { qos: 0, ...(properties && { properties }) };
    const grants = await client
      .subscribeAsync(map as ISubscriptionMap, how)
      .catch((error) => Promise.reject(this.#unsubscribed(error, names)));
    for (const { qos: granted } of grants) tellPacket(wire, 'received', { start: 'SUBACK', granted });
    const refused = grants.flatMap(({ topic, qos }) => (qos >= 128 ? [topic] : []));
    if (refused.length > 0) throw this.#refused(refused);
  }

  async unsubscribe(filters: readonly string[], wire?: Wire): Promise<void> {
    const client = this.#client;
    if (filters.length === 0 || client.disconnecting) return;
    for (const filter of filters) tellPacket(wire, 'sent', { start: `UNSUBSCRIBE ${filter}` });
    const done = client.unsubscribeAsync([...filters]).catch(() => {}); // the broker forgets them with the session
    if (client.connected) await done;
  }

  /** Whether the broker keeps what it cannot deliver while the connection is lost. */
  get isLasting(): boolean {
    return this.#client.options.clean === false;
  }

  /** Has a MQTT 3.1.1 broker keep the session from the next connection on (section 3.1.2.4), which is made now or when this one breaks. */
  makeLasting(now: boolean): void {
    this.#client.options.clean = false;
    if (now) this.#client.reconnect();
  }

  close(): Promise<void> {
    return endConnection(this.#client);
  }

  /** What its caller gave up is not sent again after a reconnect. */
  #forget(done: (error?: Error) => void): void {
    const { outgoing } = this.#client;
    const id = Object.keys(outgoing).find((key) => outgoing[Number(key)]?.cb === done);
    if (id !== undefined) this.#client.removeOutgoingMessage(Number(id));
  }

  #unpublished(error: Error, topic: string): WotError {
    if (!('code' in error)) return this.#lost();
    const href = `${this.broker}/${topic}`;
    const message = `The MQTT broker ${this.broker} refused the message to ${topic} (${error.message}); check what this user may publish there.`;
    return new WotError('forbidden', 'PUBLISH_REFUSED', message, { href, status: Number(error.code) });
  }

  #unsubscribed(error: Error, names: readonly string[]): WotError {
    const { packet } = error as { readonly packet?: { readonly granted?: readonly unknown[] } };
    const granted = packet?.granted;
    if (!granted) return this.#lost();
    return this.#refused(names.filter((_, index) => !(Number(granted[index]) < 128)));
  }

  #refused(filters: readonly string[]): WotError {
    const message = `The MQTT broker ${this.broker} refused the subscription to ${filters.join(', ')}; check what this user may read there.`;
    return new WotError('forbidden', 'SUBSCRIPTION_REFUSED', message, { href: this.broker });
  }

  #lost(): WotError {
    const message = `The connection to the MQTT broker ${this.broker} was lost; it is tried again.`;
    return new WotError('unavailable', 'CONNECTION_LOST', message, { href: this.broker });
  }

  #slow(): WotError {
    const message = `The MQTT broker ${this.broker} does not read what it is sent; try again when it does.`;
    return new WotError('unavailable', 'BROKER_SLOW', message, { href: this.broker });
  }

  #unretained(topic: string): WotError {
    const message = `The MQTT broker ${this.broker} retains no messages, which the form for ${topic} asks for; use a broker that does.`;
    return new WotError('not-implemented', 'RETAIN_UNAVAILABLE', message, {
      href: `${this.broker}/${topic}`,
    });
  }

  #tooLarge(topic: string, limit: number): WotError {
    const message = `The message to ${topic} is larger than the ${limit} bytes that the MQTT broker ${this.broker} takes.`;
    return new WotError('too-large', 'BODY_TOO_LARGE', message, { href: `${this.broker}/${topic}`, limit });
  }
}

/** Bytes of a PUBLISH packet at most (MQTT 5 section 3.3). */
function sizeOf(topic: string, payload: Uint8Array, { properties = {} }: IClientPublishOptions): number {
  const told = Object.values(properties).filter(
    (value) => typeof value === 'string' || Buffer.isBuffer(value),
  );
  const inProperties = told.reduce((sum, value) => sum + 3 + Buffer.byteLength(value), 4);
  return 9 + Buffer.byteLength(topic) + inProperties + payload.length;
}
