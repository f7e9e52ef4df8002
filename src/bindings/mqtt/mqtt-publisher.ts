import type { IClientPublishOptions, MqttClient } from 'mqtt';
import type { Logger } from '../../contracts/logger.ts';

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly options: IClientPublishOptions;
}

/**
 * Publishes without ever piling up: of a retained topic only the last value waits for a slow or lost broker, of other
 * messages at most `limit`. After a reconnect all retained ones are sent again, as the broker may have lost them.
 */
export class Publisher {
  readonly #client: MqttClient;
  readonly #limit: number;
  readonly #logger: Logger;
  readonly #retained = new Map<string, Message>();
  readonly #unsent = new Set<string>();
  #waiting: Message[] = [];
  #lost = 0;
  #underWay = 0;

  constructor(client: MqttClient, limit: number, logger: Logger) {
    this.#client = client;
    this.#limit = limit;
    this.#logger = logger;
    client.on('connect', () => {
      for (const topic of this.#retained.keys()) this.#unsent.add(topic);
      this.#flush();
    });
  }

  /** Sets the retained message of a topic; an empty payload removes it. */
  retain(topic: string, payload: Uint8Array, properties?: IClientPublishOptions['properties']): void {
    const options = { retain: true, ...(properties && { properties }) };
    this.#retained.set(topic, { topic, payload, options });
    this.#unsent.add(topic);
    this.#flush();
  }

  publish(topic: string, payload: Uint8Array, options: IClientPublishOptions): void {
    if (this.#waiting.push({ topic, payload, options }) > this.#limit) {
      this.#waiting.shift();
      if (this.#lost++ === 0)
        this.#logger.warn('Messages are lost: the MQTT broker is slow or away', { topic });
    }
    this.#flush();
  }

  #flush(): void {
    while (this.#client.connected && this.#underWay < this.#limit) {
      const message = this.#next();
      if (!message) return;
      this.#underWay++;
      this.#client.publish(message.topic, Buffer.from(message.payload), message.options, () => {
        this.#underWay--;
        this.#flush();
      });
    }
  }

  #next(): Message | undefined {
    for (const topic of this.#unsent) {
      this.#unsent.delete(topic);
      const message = this.#retained.get(topic);
      if (message?.payload.length === 0) this.#retained.delete(topic);
      if (message) return message;
    }
    const message = this.#waiting.shift();
    if (!message && this.#lost > 0) {
      this.#logger.warn('The MQTT broker takes messages again', { lost: this.#lost });
      this.#lost = 0;
    }
    return message;
  }
}
