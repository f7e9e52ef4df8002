import type { Clock } from '../../contracts/clock.ts';
import { WotError } from '../../contracts/errors.ts';
import { Answers, type Asked } from './answers.ts';
import type { BridgeLink } from './bridge-link.ts';

interface LineParts {
  readonly link: BridgeLink;
  readonly clock: Clock;
  /** The friendly name. */
  readonly name: string;
  /** Milliseconds that the device has for an answer. */
  readonly timeout: number;
}

/** How a device is asked: by its topics, and whether it can be reached. */
export class DeviceLine {
  /** Where it tells its state. */
  readonly topic: string;
  /** Names it in messages. */
  readonly what: string;
  /** What Zigbee2MQTT tells of it (`availability`). */
  isOnline = true;
  readonly #parts: LineParts;
  readonly #answers = new Answers();
  readonly #gets = new Map<string, Promise<void>>();

  constructor(parts: LineParts) {
    const { link, name } = parts;
    this.#parts = parts;
    this.topic = link.topic(name);
    this.what = `${JSON.stringify(name)} (${this.topic})`;
  }

  /** Why it cannot be reached. */
  get fault(): WotError | undefined {
    const { fault } = this.#parts.link;
    if (fault || this.isOnline) return fault;
    const message = `${this.what} is offline, says its topic "availability"; check that it has power and is in reach.`;
    return new WotError('unavailable', 'DEVICE_OFFLINE', message);
  }

  refuseAway(): void {
    const { fault } = this;
    if (fault) throw fault;
  }

  /** Resolves when the property is told; those who ask at the same time share one message. */
  get(property: string): Promise<void> {
    const earlier = this.#gets.get(property);
    if (earlier !== undefined) return earlier;
    const send = (signal: AbortSignal) => this.send('get', { [property]: '' }, signal);
    const asked = this.#ask({ verb: 'get', property, send, isAnswer: () => true });
    this.#gets.set(property, asked);
    const forget = () => this.#gets.delete(property);
    asked.then(forget, forget);
    return asked;
  }

  /** Resolves when a value is told that `isAnswer`. */
  set(
    property: string,
    value: unknown,
    { isAnswer, signal }: Pick<Asked, 'isAnswer'> & { readonly signal: AbortSignal },
  ): Promise<void> {
    const send = (over: AbortSignal) => this.send('set', { [property]: value }, over);
    return this.#ask({ verb: 'set', property, send, isAnswer }, signal);
  }

  /** Resolves when the broker has it. */
  send(verb: 'get' | 'set', message: unknown, signal: AbortSignal): Promise<void> {
    return this.#parts.link.publish(`${this.topic}/${verb}`, message, signal);
  }

  /** A value came. */
  told(property: string, value: unknown, retained: boolean): void {
    this.#answers.told(property, value, retained);
  }

  /** Zigbee2MQTT could not do what was asked; `key` is the property without its endpoint. */
  failed(verb: string, key: string, reason: string): void {
    const message = `Zigbee2MQTT could not ${verb} "${key}" of ${this.what}: ${reason}; check that the device has power and is in reach.`;
    const code = verb === 'get' ? 'VALUE_UNKNOWN' : 'DEVICE_FAILED';
    this.#answers.fail(verb, key, new WotError('unavailable', code, message));
  }

  async #ask(asked: Asked, signal?: AbortSignal): Promise<void> {
    const { clock, timeout } = this.#parts;
    const patience = { clock, timeout, href: this.topic, ...(signal && { signal }) };
    try {
      await this.#answers.ask(asked, patience);
    } catch (error) {
      if (!(error instanceof WotError) || error.code !== 'RESPONSE_TIMEOUT') throw error;
      throw unanswered(asked, this.what, timeout);
    }
  }
}

function unanswered({ verb, property }: Asked, what: string, timeout: number): WotError {
  if (verb === 'get') {
    const message = `${what} did not tell "${property}" within ${timeout} ms of being asked; check that it has power and is in reach.`;
    return new WotError('timeout', 'VALUE_UNKNOWN', message);
  }
  const message = `"${property}" was sent to ${what}, but no state within ${timeout} ms shows it; a device on battery may take it when it wakes up, so read it later.`;
  return new WotError('timeout', 'WRITE_UNCONFIRMED', message);
}
