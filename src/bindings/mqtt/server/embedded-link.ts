import type { BrokerMessage, EmbeddedBroker } from '../broker/embedded-broker.ts';
import type { BrokerLink, LinkListener } from './broker-link.ts';

/** The way to a broker in this process: no connection that could fail, and nobody else retains at our topics. */
export function embeddedLink(broker: EmbeddedBroker, url: string): BrokerLink {
  const subscriptions = new Map<string, () => void>();
  let listener: LinkListener | undefined;
  const take = ({ principal, ...message }: BrokerMessage) =>
    listener?.message({ cmd: 'publish', dup: false, ...message }, principal);
  return {
    url,
    connected: true,
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
    retained: async () => undefined,
    close: () => broker.stop(),
  };
}
