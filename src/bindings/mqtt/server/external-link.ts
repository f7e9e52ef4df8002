import type { Clock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import {
  type ConnectionOptions,
  connected,
  endConnection,
  openConnection,
} from '../connection/mqtt-connection.ts';
import { type BrokerLink, soon } from './broker-link.ts';
import { LinkSubscriptions } from './link-subscriptions.ts';
import { linkWarnings } from './link-warnings.ts';
import { watchForRival } from './rival-client.ts';

export interface ExternalOptions extends Omit<ConnectionOptions, 'will' | 'queueQoSZero' | 'resubscribe'> {
  readonly clientId: string;
  /** Where our state is retained, by us and by our will. */
  readonly ownStatus: string;
  /** A topic of ours that nobody reads. */
  readonly nudge: string;
  readonly clock: Clock;
}

/** The way to a broker elsewhere, which may be away, slow or shared with others. */
export function externalLink({ ownStatus, nudge, clock, ...options }: ExternalOptions): BrokerLink {
  const { url, logger, clientId } = options;
  const client = openConnection({
    ...options,
    queueQoSZero: false,
    resubscribe: false,
    will: offlineAt(ownStatus, clientId),
  });
  /** Whether the listener knows that it is connected. */
  let isUp = false;
  const subscriptions = new LinkSubscriptions(client, nudge);
  const warnings = linkWarnings(client, { url, logger });
  watchForRival(client, { url, clientId, clock, logger });

  async function stand(): Promise<void> {
    try {
      await connected(client, url);
    } catch (error) {
      // One that refuses us is misconfigured; one that is away may come, and HTTP and CoAP need not wait for it.
      if (!(error instanceof WotError && error.code === 'BROKER_UNREACHABLE')) throw error;
      warnings.away(error);
    }
  }

  return {
    isOwn: false,
    url,
    addresses: [url],
    get connected() {
      return isUp && client.connected;
    },
    async open(listener) {
      client.on('close', () => {
        isUp = false;
      });
      const up = (): void => {
        isUp = true;
        subscriptions.connected();
        listener.connected();
      };
      client.on('connect', up);
      // It began to connect when it was made.
      if (client.connected) up();
      client.on('message', (_topic, _payload, packet) => listener.message(packet));
      const standing = stand();
      if (await soon(standing, clock)) return;
      logger.warn(`The MQTT broker ${url} does not answer; the other protocols go on without it.`);
      standing.catch((error) => logger.error('Nothing is offered over MQTT', { error }));
    },
    publish: ({ topic, payload, options: how }, done) =>
      void client.publish(topic, Buffer.from(payload), how, warnings.publishing(topic, done)),
    subscribe: (filters) => subscriptions.add(filters),
    unsubscribe: (filters) => subscriptions.remove(filters),
    close: () => endConnection(client),
  };
}

function offlineAt(topic: string, servient: string): ConnectionOptions['will'] {
  const properties = { userProperties: { servient } };
  return { topic, payload: Buffer.from('offline'), qos: 1, retain: true, properties };
}
