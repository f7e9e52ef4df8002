import { brokerUrl } from '../../bindings/mqtt/connection/broker-url.ts';
import { isTopicName } from '../../bindings/mqtt/messages/topic-names.ts';
import { type MqttClientOptions, mqttClient } from '../../bindings/mqtt/mqtt-client.ts';
import { pause } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import { decodedOrSame } from '../../td/percent-encoding.ts';
import type { Service, ServiceHost } from '../service.ts';
import { BridgeLink, readOnline } from './bridge-link.ts';
import { deviceFailure } from './device-failure.ts';
import { DeviceThings } from './device-things.ts';

export interface Zigbee2mqttOptions extends Omit<MqttClientOptions, 'clock'> {
  /** Where Zigbee2MQTT publishes: `mqtt://localhost`. */
  readonly broker: string;
  /** Its `mqtt.base_topic`; default the path of an `mqtt:` address, else `zigbee2mqtt`. */
  readonly baseTopic?: string;
  /** Milliseconds that a device has to confirm what is written, and to tell what is asked; default 15,000: Zigbee2MQTT itself gives up after ten seconds. */
  readonly timeout?: number;
}

/** Milliseconds that a start waits for the first list of devices. */
const patience = 3000;
/** Milliseconds before a broker that was not there is tried again. */
const retryAfter = 5000;
/** Milliseconds that the connection has to end. */
const stopWithin = 1000;
const [listLimit, smallLimit] = [16 * 1024 * 1024, 64 * 1024];

/** The devices of a Zigbee2MQTT as Things: each as it comes, is renamed and goes. Throws WotError `invalid` BROKER_ADDRESS_INVALID, BASE_TOPIC_INVALID. */
export function zigbee2mqtt(options: Zigbee2mqttOptions): Service {
  return new Zigbee2mqtt(options);
}

class Zigbee2mqtt implements Service {
  readonly #options: Zigbee2mqttOptions & { readonly baseTopic: string };
  readonly #where: string;
  #stopping = new AbortController();
  #stop: () => Promise<void> = async () => {};

  constructor(options: Zigbee2mqttOptions) {
    const { broker } = options;
    const url = brokerUrl(broker);
    const { baseTopic = topicIn(broker) } = options;
    this.#options = { ...options, baseTopic };
    this.#where = `Zigbee2MQTT at ${url} (${baseTopic}/bridge/devices)`;
    if (isTopicName(baseTopic)) return;
    const message = `${JSON.stringify(baseTopic)} is no topic; give the base_topic of Zigbee2MQTT's configuration.`;
    throw new WotError('invalid', 'BASE_TOPIC_INVALID', message);
  }

  async start(host: ServiceHost): Promise<void> {
    const { broker, baseTopic, timeout = 15_000, ...credentials } = this.#options;
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    const client = mqttClient(credentials);
    const changed = () => things.tellFaults();
    const link = new BridgeLink({ client, broker, baseTopic, signal, changed, logger: host.logger });
    const things: DeviceThings = new DeviceThings({ host, link, timeout });
    const connecting = this.#connect(link, things, host);
    this.#stop = async () => {
      this.#stopping.abort();
      // A broker that accepts connections and says nothing would hold it up.
      await Promise.race([client.stop(), pause(host.clock, stopWithin, new AbortController().signal)]);
      await connecting;
      await things.stop();
    };
    const late = new AbortController();
    void things.first.then(() => late.abort());
    await pause(host.clock, patience, AbortSignal.any([late.signal, signal]));
    if (late.signal.aborted || signal.aborted) return;
    host.logger.warn(`${this.#where} has not told its devices yet; they become Things when it does.`);
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  /** Tries until it can; afterwards the client keeps the connection. */
  async #connect(link: BridgeLink, things: DeviceThings, { clock, logger }: ServiceHost): Promise<void> {
    const { signal } = this.#stopping;
    let reason = '';
    while (!signal.aborted) {
      try {
        return await follow(link, things);
      } catch (error) {
        const { message } = error as Error;
        if (message !== reason && !signal.aborted)
          logger.warn(`${this.#where} cannot be heard: ${message} It is tried again.`);
        reason = message;
        await pause(clock, retryAfter, signal);
      }
    }
  }
}

function topicIn(broker: string): string {
  const { protocol, pathname } = new URL(broker);
  const topic = decodedOrSame(pathname.slice(1));
  // Of a WebSocket the path is its endpoint.
  return topic !== '' && protocol.startsWith('mqtt') ? topic : 'zigbee2mqtt';
}

async function follow(link: BridgeLink, things: DeviceThings): Promise<void> {
  await link.follow(
    { topic: link.topic('bridge/state'), limit: smallLimit, read: readOnline },
    (isOnline) => {
      link.isOnline = isOnline !== false;
    },
  );
  await link.follow({ topic: link.topic('bridge/logging'), limit: smallLimit }, (line) => {
    const failure = deviceFailure(line);
    if (failure) things.failed(failure);
  });
  await link.follow({ topic: link.topic('bridge/devices'), limit: listLimit }, (list) => things.list(list));
}
