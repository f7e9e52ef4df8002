import type { IClientPublishOptions } from 'mqtt';
import type { Logger } from '../../../contracts/logger.ts';
import type { BrokerLink, Message } from './broker-link.ts';

/**
 * Publishes without ever piling up: of a retained topic only the last value waits for a slow or lost broker, of others
 * about `limit`: whoever can tell things later asks `ready` first. When the broker is there again all retained
 * messages are sent anew, as it may have lost them.
 */
export class Publisher {
  readonly #link: BrokerLink;
  readonly #limit: number;
  readonly #logger: Logger;
  readonly #retained = new Map<string, Message>();
  readonly #unsent = new Set<string>();
  readonly #whenReady = new Set<() => void>();
  #waiting: Message[] = [];
  #lost = 0;
  #underWay = 0;
  #full = false;

  constructor(link: BrokerLink, limit: number, logger: Logger) {
    this.#link = link;
    this.#limit = limit;
    this.#logger = logger;
  }

  /** Sets the retained message of a topic; an empty payload removes it. */
  retain(topic: string, payload: Uint8Array, properties?: IClientPublishOptions['properties']): void {
    const options = { retain: true, ...(properties && { properties }) };
    this.#retained.set(topic, { topic, payload, options });
    this.#unsent.add(topic);
    this.#flush();
  }

  /** Publishes in its turn; ask `ready` before. */
  publish(message: Message): void {
    this.#waiting.push(message);
    this.#flush();
  }

  /** Publishes what cannot be told again, unless too much waits already. */
  publishOrLose(message: Message): void {
    if (this.#waiting.length < this.#limit) {
      this.publish(message);
    } else if (this.#lost++ === 0) {
      this.#logger.warn('Results are lost: the MQTT broker is slow or away', { topic: message.topic });
    }
  }

  /** Whether it takes another message now. */
  ready(): boolean {
    this.#full ||= this.#underWay + this.#waiting.length >= this.#limit;
    return !this.#full;
  }

  /** Calls back each time that it is ready again; the returned function ends that. */
  onReady(call: () => void): () => void {
    this.#whenReady.add(call);
    return () => this.#whenReady.delete(call);
  }

  /** The broker is there, perhaps without what it retained. */
  connected(): void {
    for (const topic of this.#retained.keys()) this.#unsent.add(topic);
    this.#flush();
  }

  #flush(): void {
    while (this.#link.connected && this.#underWay < this.#limit) {
      const message = this.#next();
      if (!message) break;
      this.#underWay++;
      this.#link.publish(message, () => {
        this.#underWay--;
        this.#flush();
      });
    }
    if (!this.#full || this.#underWay + this.#waiting.length > this.#limit / 2) return;
    this.#full = false;
    for (const call of this.#whenReady) call();
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
