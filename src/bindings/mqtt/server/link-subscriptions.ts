import type { IClientSubscribeOptions, MqttClient } from 'mqtt';

/** Filters of one SUBSCRIBE packet: some brokers bound it. */
const mostFilters = 100;

/**
 * QoS 0: the session is clean, so that more would only fill what brokers bound for unacknowledged messages (Mosquitto
 * drops all over 1,000). Retained requests are to be known as such (MQTT 5 section 3.8.3.1).
 */
const options: IClientSubscribeOptions = { qos: 0, rap: true };

/** The subscriptions of a connection: those of one turn share a packet, and all are made again when it is back. */
export class LinkSubscriptions {
  readonly #client: MqttClient;
  readonly #wanted = new Set<string>();
  /** Filters that the broker did not answer yet. */
  readonly #open = new Map<string, PromiseWithResolvers<void>>();
  #unsent: string[] = [];
  #flushing = false;

  /** At `nudge` nobody listens. */
  constructor(client: MqttClient, nudge: string) {
    this.#client = client;
    // A broker with Nagle's algorithm (Mosquitto's default) holds SUBACK back until it knows that we have its last
    // PUBACK: 40 ms, unless we send something that needs no answer.
    client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'puback' && this.#open.size > 0) client.publish(nudge, '');
    });
  }

  /** Resolves when the broker agreed to all, rejects when it refused one. */
  async add(filters: readonly string[]): Promise<void> {
    await Promise.all(filters.map((filter) => this.#add(filter)));
  }

  async remove(filters: readonly string[]): Promise<void> {
    for (const filter of filters) {
      this.#wanted.delete(filter);
      this.#settle(filter);
    }
    this.#unsent = this.#unsent.filter((filter) => this.#wanted.has(filter));
    // A broker that is away forgets the subscriptions by itself.
    if (this.#client.connected) await this.#client.unsubscribeAsync([...filters]);
  }

  /** The connection is there, without subscriptions; those made now are on their way before anything that is sent later. */
  connected(): void {
    this.#unsent = [...this.#wanted];
    this.#flush();
  }

  #add(filter: string): Promise<void> {
    this.#wanted.add(filter);
    const open = this.#open.get(filter);
    if (open) return open.promise;
    const opened = Promise.withResolvers<void>();
    this.#open.set(filter, opened);
    this.#unsent.push(filter);
    this.#flushSoon();
    return opened.promise;
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      if (this.#client.connected) this.#flush();
    });
  }

  #flush(): void {
    const filters = this.#unsent;
    this.#unsent = [];
    for (let at = 0; at < filters.length; at += mostFilters) this.#send(filters.slice(at, at + mostFilters));
  }

  #send(filters: readonly string[]): void {
    this.#client.subscribe([...filters], options, (error, _subscriptions, packet) => {
      const { granted } = packet ?? {};
      // The connection is lost: all are made again on the next one.
      if (!granted) return;
      filters.forEach((filter, index) => {
        this.#settle(filter, isRefusal(granted[index]) ? (error ?? undefined) : undefined);
      });
    });
  }

  #settle(filter: string, refused?: Error): void {
    const open = this.#open.get(filter);
    this.#open.delete(filter);
    if (refused) open?.reject(refused);
    else open?.resolve();
  }
}

/** Whether a reason code of an acknowledgement says no. */
// MQTT 3.1.1 section 3.9.3, MQTT 5 section 2.4
export function isRefusal(code: unknown): boolean {
  return typeof code === 'number' && code >= 128;
}
