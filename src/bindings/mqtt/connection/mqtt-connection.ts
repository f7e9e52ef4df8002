import { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Logger } from '../../../contracts/logger.ts';
import { connectionError } from './connection-error.ts';
import { boundPackets } from './packet-bound.ts';
import { fallBack, isFallingBack, type MqttVersion, paceReconnects } from './reconnecting.ts';

/** What proves the broker to us, and us to the broker, over TLS; PEM. */
export interface BrokerTls {
  /** All authorities that are trusted; default the system's. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

export interface ConnectionOptions
  extends Pick<
      IClientOptions,
      'clientId' | 'username' | 'password' | 'will' | 'queueQoSZero' | 'resubscribe'
    >,
    BrokerTls {
  /** Where to connect, also the broker's name in messages; without user and password. */
  readonly url: string;
  /** Bytes of one packet that this side accepts. */
  readonly maxPacket?: number;
  /** Seconds for which the broker keeps the session of a lost connection (MQTT 5); default none. */
  readonly sessionExpiry?: number;
  /** Messages of QoS 1 and 2 that the broker may send unacknowledged (MQTT 5). */
  readonly receiveMaximum?: number;
  /** What the broker is known to speak; else 5 is tried, then 3.1.1. */
  readonly version?: MqttVersion | undefined;
  readonly logger: Logger;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

/** A connection that comes back by itself and resubscribes: MQTT 5, or 3.1.1 where the broker knows no 5. */
export function openConnection(given: ConnectionOptions): MqttClient {
  const { url, maxPacket, sessionExpiry, receiveMaximum, version, ca, cert, key, logger, random, ...rest } =
    given;
  const isSecure = /^(mqtts|wss):/i.test(url);
  const properties = withoutUndefined({
    maximumPacketSize: maxPacket,
    sessionExpiryInterval: sessionExpiry,
    receiveMaximum,
  });
  const client = connect(url, {
    protocolVersion: version ?? 5,
    reconnectOnConnackError: true,
    connectTimeout: 10_000,
    keepalive: 30,
    rejectUnauthorized: true,
    query: {}, // the query of an address is nobody's client id
    wsOptions: { perMessageDeflate: false, ...(maxPacket !== undefined && { maxPayload: 2 * maxPacket }) },
    properties,
    ...withoutUndefined(rest),
    ...(isSecure && withoutUndefined({ ca: ca && [...ca], cert, key })),
  });
  client.on('error', (error) => {
    logger.debug(`The connection to ${url} failed`, { error });
    // What cannot be read cannot be gone on with.
    client.stream.destroy();
  });
  client.on('connect', () => {
    // Requests are small and waited for; Nagle's algorithm would hold them up.
    if (client.stream instanceof Socket) client.stream.setNoDelay();
    client.stream.setMaxListeners(0); // each message listens until it is written
  });
  paceReconnects(client, random);
  fallBack(client);
  boundPackets(client, maxPacket);
  return client;
}

/** Resolves when the connection stands; rejects with WotError when the broker refuses or cannot be reached. */
export function connected(client: MqttClient, url: string): Promise<void> {
  if (client.connected && !client.disconnecting) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = () => {
      client.off('connect', onConnect);
      client.off('error', onError);
    };
    const onConnect = () => {
      done();
      resolve();
    };
    const onError = (error: Error) => {
      if (isFallingBack(client)) return;
      done();
      reject(connectionError(error, url));
    };
    client.on('connect', onConnect);
    client.on('error', onError);
  });
}

const patience = 1500;

/** Ends a connection with what is under way delivered, or after a second and a half without; the broker forgets its session. */
export async function endConnection(client: MqttClient): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patience);
  await Promise.race([leave(client).catch(() => {}), late]);
  clearTimeout(timer);
  client.options.reconnectPeriod = 0;
  await Promise.race([client.endAsync(true), late]);
  client.stream.destroy();
}

async function leave(client: MqttClient): Promise<void> {
  const { connected: isConnected, options } = client;
  const isLasting = isConnected && options.clean === false && options.protocolVersion !== 5;
  // A broker that goes first acknowledges nothing more.
  const closed = new Promise<void>((resolve) => client.once('close', resolve));
  // MQTT 5 section 3.14.2.2.2
  const ended = client.endAsync(!isConnected, { properties: { sessionExpiryInterval: 0 } });
  await Promise.race([ended, closed]);
  if (!isLasting) return;
  // MQTT 3.1.1 section 3.1.2.4: only a clean session deletes the one before it.
  options.clean = true;
  client.reconnect();
  await connected(client, '');
  await client.endAsync();
}

type Defined<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

function withoutUndefined<T extends object>(options: T): Defined<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Defined<T>;
}
