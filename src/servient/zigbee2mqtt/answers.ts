import type { Clock } from '../../contracts/clock.ts';
import { abortable, withDeadline } from '../../contracts/deadline.ts';

/** What somebody asked of a device. */
export interface Asked {
  readonly verb: 'get' | 'set';
  readonly property: string;
  /** Sends it. */
  send(signal: AbortSignal): Promise<void>;
  /** Whether a value that the device tells is the answer. */
  isAnswer(told: unknown): boolean;
}

/** How long an answer may take. */
export interface Patience {
  readonly clock: Clock;
  readonly timeout: number;
  /** Who waits, for messages. */
  readonly href: string;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly asked: Asked;
  answered(): void;
  failed(error: Error): void;
}

/** Those who wait for a device: its answer is its next state, for Zigbee2MQTT has no other. */
export class Answers {
  readonly #waiting = new Set<Waiting>();

  /** Sends and waits; rejects with what `fail` is given, or WotError `timeout` RESPONSE_TIMEOUT. */
  async ask(asked: Asked, { clock, ...bounds }: Patience): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { asked, answered: resolve, failed: reject };
    this.#waiting.add(waiting);
    try {
      await withDeadline(clock, bounds, async (signal) => {
        await Promise.all([abortable(promise, signal), asked.send(signal)]);
      });
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** A retained state was told before anybody asked to set it. */
  told(property: string, value: unknown, retained: boolean): void {
    for (const { asked, answered } of this.#waiting) {
      if (asked.property !== property || (retained && asked.verb === 'set')) continue;
      if (asked.isAnswer(value)) answered();
    }
  }

  /** `key` is the property without its endpoint. */
  fail(verb: string, key: string, error: Error): void {
    for (const { asked, failed } of this.#waiting) {
      const { property } = asked;
      if (asked.verb === verb && (property === key || property.startsWith(`${key}_`))) failed(error);
    }
  }
}
