import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { type ErrorKind, WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';

export interface ConnectionOptions
  extends Pick<IClientOptions, 'clientId' | 'username' | 'password' | 'will' | 'queueQoSZero'> {
  /** Where to connect, also the broker's name in messages; without user and password. */
  readonly url: string;
  /** Bytes of one packet that this side accepts (MQTT 5). */
  readonly maxPacket?: number;
  readonly logger: Logger;
}

// MQTT 3.1.1 section 3.2.2.3 (1), MQTT 5 section 3.2.2.2 (132)
const versionRefused: readonly unknown[] = [1, 132];
const refusals: Readonly<Record<number, ErrorKind>> = {
  4: 'unauthenticated',
  5: 'unauthenticated',
  134: 'unauthenticated',
  135: 'forbidden',
};

/** A connection that comes back by itself and resubscribes: MQTT 5, or 3.1.1 where the broker refuses 5. */
export function openConnection({ url, maxPacket, logger, ...rest }: ConnectionOptions): MqttClient {
  const options: IClientOptions = {
    protocolVersion: 5,
    reconnectPeriod: 1000,
    reconnectOnConnackError: true,
    connectTimeout: 10_000,
    keepalive: 30,
    ...(maxPacket === undefined ? {} : { properties: { maximumPacketSize: maxPacket } }),
    ...withoutUndefined(rest),
  };
  const client = connect(url, options);
  client.on('error', (error) => {
    logger.debug(`The connection to ${url} failed`, { error });
    if (client.options.protocolVersion !== 5 || !isVersionRefused(error)) return;
    client.options.protocolVersion = 4;
    client.once('close', () => client.reconnect());
  });
  return client;
}

/** Resolves when the connection stands; rejects with WotError when the broker refuses or cannot be reached. */
export function connected(client: MqttClient, url: string): Promise<void> {
  if (client.connected) return Promise.resolve();
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
      if (isVersionRefused(error)) return;
      done();
      reject(connectionError(error, url));
    };
    client.on('connect', onConnect);
    client.on('error', onError);
  });
}

const patience = 1500;

/** Ends a connection with what is under way delivered, or after a second and a half without. */
export async function endConnection(client: MqttClient): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patience);
  await Promise.race([client.endAsync(!client.connected), late]);
  clearTimeout(timer);
  client.stream.destroy();
}

/** `mqtt://host:port` of an address, without user, password, path and query. */
export function brokerUrl(href: string): string {
  const url = URL.parse(href);
  if (!url?.host) {
    const message = `"${href}" is not the address of an MQTT broker; write it like mqtt://localhost:1883.`;
    throw new WotError('invalid', 'BROKER_ADDRESS_INVALID', message);
  }
  return `${url.protocol}//${url.host}`;
}

function isVersionRefused(error: object): boolean {
  return 'code' in error && versionRefused.includes(error.code);
}

function connectionError(error: Error, url: string): WotError {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') {
    const message = `The MQTT broker ${url} refused the connection (${error.message}); check user name, password and client id.`;
    return new WotError(refusals[code] ?? 'unavailable', 'BROKER_REFUSED', message, {
      href: url,
      status: code,
    });
  }
  const message = `The MQTT broker ${url} cannot be reached (${code ?? error.message}); start it, or correct the address.`;
  return new WotError('unavailable', 'BROKER_UNREACHABLE', message, { href: url, cause: error });
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
