import type { AedesPublishPacket, Client } from 'aedes';
import { filterPattern } from '../../../../td/topic-filter.ts';
import type { Subscription } from '../state/session-subscriptions.ts';

type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

/** The parts of aedes' clients that its types leave out. */
interface Internals {
  readonly subscriptions: Readonly<Record<string, { qos: number } | undefined>>;
  readonly deliverQoS: Deliver;
  deliver0: Deliver;
}

/** What a client was granted: one QoS, or several, with the patterns of its filters. */
type Granted = number | Map<string, Pick<RegExp, 'test'>>;

/** Has a message delivered at the highest QoS of the subscriptions that match it: aedes delivers at that of any of them, and passes over that of a filter with wildcards. */
export class GrantedQos {
  readonly #granted = new WeakMap<Client, Granted>();
  /** What was granted where aedes is made to think that it was more. */
  readonly #raised = new WeakMap<{ qos: number }, number>();

  /** Notes what is granted, before aedes makes a subscription of it. */
  grant(client: Client, { topic, qos }: Subscription): void {
    const internals = client as unknown as Internals;
    const granted = this.#granted.get(client);
    if (granted === undefined) this.#deliverAsGranted(client, internals);
    const earlier = internals.subscriptions[topic];
    if (earlier) earlier.qos = this.#qosOf(earlier);
    this.#granted.set(client, granted === undefined || granted === qos ? qos : new Map());
  }

  /** Lowers the QoS of a message to what the client was granted [MQTT-3.8.4-6]. */
  lower(client: Client, packet: AedesPublishPacket): AedesPublishPacket {
    const granted = this.#granted.get(client);
    if (granted === undefined || packet.messageId !== undefined) return packet; // one from its queue
    const most = typeof granted === 'number' ? granted : this.#highest(client, granted, packet);
    if (most < packet.qos) packet.qos = most as 0 | 1;
    return packet;
  }

  /** A subscription of QoS 0 may be the first of several that match a message [MQTT-3.3.5-1]. */
  #deliverAsGranted(client: Client, internals: Internals): void {
    const { deliver0, deliverQoS } = internals;
    internals.deliver0 = (packet, done) => {
      const isQos0 = packet.qos === 0 || typeof this.#granted.get(client) === 'number';
      (isQos0 ? deliver0 : deliverQoS)(packet, done);
    };
  }

  #highest(
    client: Client,
    patterns: Map<string, Pick<RegExp, 'test'>>,
    { topic, qos: enough }: AedesPublishPacket,
  ): number {
    const { subscriptions } = client as unknown as Internals;
    let most = 0;
    for (const filter in subscriptions) {
      const qos = this.#qosOf(subscriptions[filter]);
      if (qos <= most) continue;
      const pattern = patterns.get(filter) ?? filterPattern(filter);
      patterns.set(filter, pattern);
      if (pattern.test(topic)) most = qos;
      if (most >= enough) break;
    }
    this.#raise(subscriptions[topic], most);
    return most;
  }

  /** aedes lowers a message to the QoS of the filter that is its topic. */
  #raise(subscription: { qos: number } | undefined, qos: number): void {
    if (!subscription || subscription.qos >= qos) return;
    this.#raised.set(subscription, this.#qosOf(subscription));
    subscription.qos = qos;
  }

  #qosOf(subscription: { qos: number } | undefined): number {
    return subscription ? (this.#raised.get(subscription) ?? subscription.qos) : 0;
  }
}
