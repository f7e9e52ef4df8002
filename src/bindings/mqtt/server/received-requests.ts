import type { IPublishPacket } from 'mqtt';
import { mqttBroker, type Principal } from '../../../contracts/access.ts';
import { type AnswerContext, answerRequest } from './mqtt-answer.ts';
import type { Publisher } from './mqtt-publisher.ts';

/** Requests that may be under way at once. */
const most = 4096;

export interface ReceivingContext extends Omit<AnswerContext, 'principal' | 'overloaded'> {
  readonly publisher: Publisher;
}

/** Has the requests that come in answered, and clears those that were retained. */
export class ReceivedRequests {
  readonly #context: ReceivingContext;
  /** Topics whose retained request is being removed; the broker may tell us that, too. */
  readonly #clearing = new Set<string>();
  #underWay = 0;

  constructor(context: ReceivingContext) {
    this.#context = context;
  }

  take(packet: IPublishPacket, principal: Principal = mqttBroker): void {
    const { topic, payload, retain } = packet;
    // To MQTT 3.1.1 clients a removal looks like a request without payload.
    if (payload.length === 0 && this.#clearing.delete(topic)) return;
    if (retain && payload.length > 0) this.#clear(topic);
    this.#answer(packet, principal).catch((error) =>
      this.#context.logger.error('An MQTT request was lost', { error }),
    );
  }

  /** What is retained at a request topic of a Thing that is or will be here would come again at every start. */
  #clear(topic: string): void {
    const { topics, publisher, logger } = this.#context;
    // One removal, so that one is told: of two the second would pass for a request.
    if (!topics.parseRequest(topic) || this.#clearing.has(topic)) return;
    logger.warn(
      `The retained request at ${topic} is not served, and removed; publish requests without the retain flag.`,
    );
    this.#clearing.add(topic);
    publisher.retain(topic, new Uint8Array());
  }

  async #answer(packet: IPublishPacket, principal: Principal): Promise<void> {
    const overloaded = this.#underWay >= most;
    this.#underWay++;
    const answer = await answerRequest(packet, { ...this.#context, principal, overloaded }).finally(
      () => this.#underWay--,
    );
    if (answer) this.#context.publisher.publishOrLose(answer);
  }
}
