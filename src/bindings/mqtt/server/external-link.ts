import type { IPublishPacket, MqttClient } from 'mqtt';
import type { Clock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import {
  type ConnectionOptions,
  connected,
  endConnection,
  openConnection,
} from '../connection/mqtt-connection.ts';
import { type BrokerLink, soon } from './broker-link.ts';

export interface ExternalOptions extends Omit<ConnectionOptions, 'will' | 'queueQoSZero'> {
  readonly clientId: string;
  /** Where our state is retained, by us and by our will. */
  readonly ownStatus: string;
  readonly clock: Clock;
}

/** The way to a broker elsewhere, which may be away, slow or shared with others. */
export function externalLink({ ownStatus, clock, ...options }: ExternalOptions): BrokerLink {
  const { url, logger } = options;
  const client = openConnection({
    ...options,
    queueQoSZero: false,
    will: { topic: ownStatus, payload: Buffer.from('offline'), qos: 1, retain: true },
  });

  async function stand(): Promise<void> {
    try {
      await connected(client, url);
    } catch (error) {
      // One that refuses us is misconfigured; one that is away may come, and HTTP and CoAP need not wait for it.
      if (!(error instanceof WotError && error.code === 'BROKER_UNREACHABLE')) throw error;
      logger.warn(`${error.message} Trying again every second.`);
    }
  }

  return {
    url,
    get connected() {
      return client.connected;
    },
    async open(listener) {
      client.on('connect', () => listener.connected());
      client.on('message', (_topic, _payload, packet) => listener.message(packet));
      const standing = stand();
      if (await soon(standing, clock)) return;
      logger.warn(`The MQTT broker ${url} does not answer; the other protocols go on without it.`);
      standing.catch((error) => logger.error('Nothing is offered over MQTT', { error }));
    },
    publish: ({ topic, payload, options: how }, done) =>
      void client.publish(topic, Buffer.from(payload), how, () => done()),
    async subscribe(filters) {
      await client.subscribeAsync([...filters], { qos: 1, rap: true });
    },
    async unsubscribe(filters) {
      // A broker that is away forgets the subscriptions by itself.
      if (client.connected) await client.unsubscribeAsync([...filters]);
    },
    retained: (topic) => look(client, { topic, last: ownStatus, clock }).catch(() => undefined),
    close: () => endConnection(client),
  };
}

/** What is retained at `topic`; the retained message at `last` tells that there is nothing: a broker serves subscriptions in turn. */
async function look(
  client: MqttClient,
  { topic, last, clock }: { readonly topic: string; readonly last: string; readonly clock: Clock },
): Promise<IPublishPacket | undefined> {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let found: IPublishPacket | undefined;
  const take = (at: string, _payload: Buffer, packet: IPublishPacket): void => {
    if (at === topic) found = packet;
    if (at === last) resolve();
  };
  client.on('message', take);
  try {
    await client.subscribeAsync(topic, { qos: 1 });
    await client.subscribeAsync(last, { qos: 1 });
    await soon(end, clock);
    return found;
  } finally {
    client.off('message', take);
    client.unsubscribeAsync([topic, last]).catch(() => {});
  }
}
