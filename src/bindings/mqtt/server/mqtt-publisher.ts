import type { IClientPublishOptions } from 'mqtt';
import type { Logger } from '../../../contracts/logger.ts';
import type { BrokerLink, Message } from './broker-link.ts';

/** Bytes of results that may wait, and what one takes beside its payload, about. */
const [mostBytes, overhead] = [16 * 1024 * 1024, 512];

/**
 * Publishes without ever piling up: of a retained topic only the last value waits for a slow or lost broker, of others
 * about `limit` or 16 MiB: whoever can tell things later asks `ready` first. When the broker is there again all retained
 * messages are sent anew, as it may have lost them.
 */
export class Publisher {
  readonly #link: BrokerLink;
  readonly #limit: number;
  readonly #logger: Logger;
  readonly #retained = new Map<string, Message>();
  readonly #unsent = new Set<string>();
  /** Topics to clear: after all else, so that the end of a Thing is the last that comes of it. */
  readonly #cleared = new Set<string>();
  /** Goes on where it stopped: from the start it would pass all that was deleted before. */
  #nextUnsent = this.#unsent.values();
  readonly #whenReady = new Set<() => void>();
  readonly #waiting: Message[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #underWay = 0;
  #full = false;
  #held = false;
  #flushing = false;

  constructor(link: BrokerLink, limit: number, logger: Logger) {
    this.#link = link;
    this.#limit = limit;
    this.#logger = logger;
  }

  /**
   * Sets the retained message of a topic; an empty payload removes it. QoS 1, for no subscriber gets it at a higher one
   * than it was published with, and one that is away for a while needs that.
   */
  retain(topic: string, payload: Uint8Array, options: Omit<IClientPublishOptions, 'retain'> = {}): void {
    this.#retained.set(topic, { topic, payload, options: { qos: 1, ...options, retain: true } });
    this.#toSend(topic, payload);
    this.#flush();
  }

  /** Sets the retained message of a topic before all that waits, if the broker is there: the last word before the end. */
  retainAtOnce(topic: string, payload: Uint8Array, options: Omit<IClientPublishOptions, 'retain'>): void {
    this.drop(topic);
    if (!this.#link.connected) return;
    this.#link.publish({ topic, payload, options: { qos: 1, ...options, retain: true } }, () => {});
  }

  /** Neither sets nor removes it any longer: it belongs to another servient. */
  drop(topic: string): void {
    for (const topics of [this.#retained, this.#unsent, this.#cleared]) topics.delete(topic);
  }

  /** Publishes in its turn; ask `ready` before. */
  publish(message: Message): void {
    this.#waiting.push(message);
    this.#waitingBytes += sizeOf(message);
    this.#flush();
  }

  /** Publishes what cannot be told again, unless too much waits already. */
  publishOrLose(message: Message): void {
    if (this.#waiting.length < this.#limit || this.#waitingBytes + sizeOf(message) <= mostBytes) {
      this.publish(message);
    } else if (this.#lost++ === 0) {
      this.#logger.warn('Results are lost: the MQTT broker is slow or away', { topic: message.topic });
    }
  }

  /** Whether it takes another message now; where not, `again` is called once when it does. */
  ready(again: () => void): boolean {
    this.#full ||= this.#underWay + this.#waiting.length >= this.#limit;
    if (this.#full) this.#whenReady.add(again);
    return !this.#full;
  }

  /** Whoever waited to be called does so no longer. */
  forget(again: () => void): void {
    this.#whenReady.delete(again);
  }

  /** Sends nothing until `connected`. */
  hold(): void {
    this.#held = true;
  }

  /** The broker is there, perhaps without what it retained. */
  connected(): void {
    this.#held = false;
    for (const [topic, { payload }] of this.#retained) this.#toSend(topic, payload);
    this.#flush();
  }

  #toSend(topic: string, payload: Uint8Array): void {
    const [right, wrong] =
      payload.length === 0 ? [this.#cleared, this.#unsent] : [this.#unsent, this.#cleared];
    wrong.delete(topic);
    right.add(topic);
  }

  #flush(): void {
    // A link that is being closed is done at once and comes back here: the loop below goes on, so that the stack does not grow.
    if (this.#flushing) return;
    this.#flushing = true;
    while (!this.#held && this.#link.connected && this.#underWay < this.#limit) {
      const message = this.#next();
      if (!message) break;
      this.#underWay++;
      this.#link.publish(message, () => {
        this.#underWay--;
        this.#flush();
      });
    }
    this.#flushing = false;
    if (this.#full && this.#underWay + this.#waiting.length <= this.#limit / 2) this.#tellReady();
  }

  #tellReady(): void {
    this.#full = false;
    const calls = [...this.#whenReady];
    this.#whenReady.clear();
    for (const call of calls) call();
  }

  #next(): Message | undefined {
    const message = this.#nextRetained() ?? this.#nextWaiting() ?? this.#nextCleared();
    if (!message && this.#lost > 0) {
      this.#logger.warn('The MQTT broker takes messages again', { lost: this.#lost });
      this.#lost = 0;
    }
    return message;
  }

  #nextWaiting(): Message | undefined {
    const message = this.#waiting.shift();
    if (message) this.#waitingBytes -= sizeOf(message);
    return message;
  }

  #nextRetained(): Message | undefined {
    if (this.#unsent.size === 0) return undefined;
    let { value: topic, done } = this.#nextUnsent.next();
    if (done) {
      this.#nextUnsent = this.#unsent.values();
      topic = this.#nextUnsent.next().value;
    }
    const message = this.#retained.get(topic ?? '');
    this.#unsent.delete(topic ?? '');
    if (this.#link.isOwn) this.#retained.delete(topic ?? ''); // Such a broker forgets nothing.
    return message;
  }

  #nextCleared(): Message | undefined {
    for (const topic of this.#cleared) {
      const message = this.#retained.get(topic);
      this.#cleared.delete(topic);
      this.#retained.delete(topic);
      return message;
    }
    return undefined;
  }
}

function sizeOf({ topic, payload }: Message): number {
  return overhead + topic.length + payload.length;
}
