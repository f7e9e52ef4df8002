import type { BrokerMessage } from '../broker/embedded-broker.ts';
import type { BrokerLink, LinkListener } from './broker-link.ts';
import type { MqttOptions } from './mqtt-options.ts';
import { type EmbeddedHost, openBroker } from './open-broker.ts';

/** The way to a broker in this process: no connection that could fail, and nobody else retains at our topics. */
export async function embeddedLink(options: MqttOptions, parts: EmbeddedHost): Promise<BrokerLink> {
  let listener: LinkListener | undefined;
  const { broker, addresses, close } = await openBroker(options, {
    ...parts,
    answer: (packet, principal) => listener?.message(packet, principal),
  });
  const subscriptions = new Map<string, () => void>();
  const take = ({ principal, ...message }: BrokerMessage) =>
    listener?.message({ cmd: 'publish', dup: false, ...message }, principal);
  return {
    isOwn: true,
    url: addresses[0] ?? '',
    addresses,
    connected: true,
    fault: broker.fault,
    metrics: broker.metrics,
    async open(given) {
      listener = given;
      given.connected();
    },
    publish({ topic, payload, options: { qos = 0, retain = false } }, done) {
      broker.publish({ topic, payload: Buffer.from(payload), qos, retain }, done);
    },
    async subscribe(filters) {
      for (const filter of filters) subscriptions.set(filter, broker.subscribe(filter, take));
    },
    async unsubscribe(filters) {
      for (const filter of filters) {
        subscriptions.get(filter)?.();
        subscriptions.delete(filter);
      }
    },
    close,
  };
}
