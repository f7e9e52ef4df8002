import type { Clock } from '../../../contracts/clock.ts';
import type { JsonObject } from '../../../td/json-object.ts';
import { changeIdAt, randomUuid } from './change-id.ts';
import { EventLog } from './event-log.ts';
import type { LiveEvent } from './live.ts';
import type { Requests } from './requests.ts';
import { Subscription } from './subscription.ts';
import { trendSpan } from './trend-ring.ts';
import { Users } from './users.ts';

export interface EventsParts {
  /** The id of the Thing. */
  readonly thing: string;
  readonly requests: Requests;
  readonly clock: Clock;
  isLive(): boolean;
  /** Those that somebody listens to. */
  readonly used: Set<unknown>;
}

/** All events of one Thing, those of the last ten minutes too; one subscription, for the last one of several would win. */
export class LiveEvents {
  readonly #parts: EventsParts;
  readonly #log = new EventLog();
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  readonly #users: Users;
  readonly #subscription: Subscription;

  constructor(parts: EventsParts) {
    this.#parts = parts;
    const { thing, requests, clock } = parts;
    this.#subscription = new Subscription({
      requests,
      clock,
      begin: { thingID: thing, operation: 'subscribeallevents' },
      end: { thingID: thing, operation: 'unsubscribeallevents' },
      start: () => changeIdAt(clock.now() - trendSpan),
      resumes: () => true,
      notified: (message) => this.#notified(message),
      gap: () => {},
      stands: () => {},
      failed: () => {},
    });
    const enter = () => {
      parts.used.add(this);
      this.connected();
    };
    const leave = () => {
      parts.used.delete(this);
      this.#subscription.end();
    };
    this.#users = new Users(clock, enter, leave);
  }

  /** Tells what is known and what comes; returns what ends that. */
  listen(listener: (event: LiveEvent) => void): () => void {
    for (const event of this.#log.all()) listener(event);
    this.#listeners.add(listener);
    const leave = this.#users.add();
    return () => {
      this.#listeners.delete(listener);
      leave();
    };
  }

  /** Events are no worse for a fault. */
  touch(): void {}

  /** There is a connection, on which nothing is asked yet. */
  connected(): void {
    if (this.#parts.isLive()) this.#subscription.begin();
  }

  /** The connection is gone. */
  lost(): void {
    this.#subscription.lost();
  }

  #notified(message: JsonObject): void {
    const { name, data, messageID } = message;
    const at = this.#parts.requests.timeOf(message);
    const id = typeof messageID === 'string' ? messageID : randomUuid();
    const event = { thing: this.#parts.thing, name: String(name), data, at, id };
    if (!this.#log.add(event)) return;
    for (const listener of this.#listeners) listener(event);
  }
}
