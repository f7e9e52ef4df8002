import { decodeContent, encodeContent } from '../../codec/registry.ts';
import type { ClientBinding, NotificationListener } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import type { Form } from '../../contracts/td.ts';

/** Told of each message of a topic; undefined is an empty one, with which a broker forgets what it retained. */
export type Told = (value: unknown, retained: boolean) => void;

/** What is followed, and how it is read. */
export interface Followed {
  readonly topic: string;
  /** Bytes of one message that are read. */
  readonly limit: number;
  /** Throws where the message is not understood; JSON without it. */
  read?(body: Uint8Array): unknown;
}

/** What a link is made of. */
export interface LinkParts {
  readonly client: ClientBinding;
  /** With user and password. */
  readonly broker: string;
  readonly baseTopic: string;
  readonly logger: Logger;
  /** Ends what waits for the broker. */
  readonly signal: AbortSignal;
  /** `fault` may be another one from now on. */
  changed(): void;
}

const json = 'application/json';
/** Milliseconds that the broker has for an answer. */
const timeout = 10_000;

/** Zigbee2MQTT's topics at a broker, by one connection that the client keeps and gets back. */
export class BridgeLink {
  readonly #parts: LinkParts;
  #lost: WotError | undefined;
  #isOnline = true;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** Zigbee2MQTT itself tells whether it runs (`bridge/state`). */
  set isOnline(isOnline: boolean) {
    this.#isOnline = isOnline;
    this.#parts.changed();
  }

  /** Why no device can be reached now. */
  get fault(): WotError | undefined {
    if (this.#lost) return this.#lost;
    if (this.#isOnline) return undefined;
    const message = `Zigbee2MQTT is offline, says ${this.topic('bridge/state')}; start it again.`;
    return new WotError('unavailable', 'ZIGBEE2MQTT_OFFLINE', message);
  }

  /** A topic of Zigbee2MQTT's. */
  topic(name: string): string {
    return `${this.#parts.baseTopic}/${name}`;
  }

  /** Resolves when the broker has the message. */
  async publish(topic: string, value: unknown, signal: AbortSignal): Promise<void> {
    const form = { ...this.#form, 'mqv:topic': topic, 'mqv:qos': '1' };
    const content = encodeContent(json, value);
    await this.#parts.client.request({ op: 'writeproperty', form, content, signal, timeout });
  }

  /** Resolves when the subscription stands; the returned function ends it. What is not understood is logged once, until something is. */
  follow({ topic, limit, read = readJson }: Followed, told: Told): Promise<() => Promise<void>> {
    const { client, logger, signal, changed } = this.#parts;
    let fault: string | undefined;
    const lose = (error: Error) => {
      this.#lost =
        error instanceof WotError ? error : new WotError('unavailable', 'CONNECTION_LOST', error.message);
      changed();
    };
    const regain = () => {
      this.#lost = undefined;
      changed();
    };
    const listener: NotificationListener = {
      next: ({ content, retained = false }) => {
        if (content === undefined) return told(undefined, retained);
        try {
          const value = readWithin(content.body, limit, read);
          fault = undefined;
          told(value, retained);
        } catch (error) {
          const { message } = error as Error;
          if (message !== fault) logger.warn(`A message at ${topic} is ignored: ${message}`);
          fault = message;
        }
      },
      interrupted: lose,
      resumed: regain,
      failed: lose,
      ended: () => {},
    };
    // By this QoS, which Zigbee2MQTT publishes with, what is retained comes again after each loss of the connection.
    const form = { ...this.#form, 'mqv:filter': topic, 'mqv:qos': '0' };
    return client.subscribe({ op: 'observeproperty', form, signal, timeout }, listener);
  }

  get #form(): Form {
    return { href: this.#parts.broker, contentType: json };
  }
}

/** Reads `{"state":"online"}`, and `online` as before Zigbee2MQTT 2; for the bridge and for devices. */
export function readOnline(body: Uint8Array): boolean {
  const [state] = /\b(online|offline)\b/.exec(Buffer.from(body).toString()) ?? [];
  if (state !== undefined) return state === 'online';
  throw new WotError('invalid', 'STATE_INVALID', 'it is neither online nor offline.');
}

function readWithin(body: Uint8Array, limit: number, read: (body: Uint8Array) => unknown): unknown {
  if (body.length <= limit) return read(body);
  throw new WotError('too-large', 'MESSAGE_TOO_LARGE', `it has ${body.length} bytes, and ${limit} are read.`);
}

function readJson(body: Uint8Array): unknown {
  return decodeContent({ type: json, body });
}
