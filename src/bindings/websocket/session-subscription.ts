import { randomUUID } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import type { Wire } from '../../contracts/wire.ts';
import { subscriptions } from '../../td/defaults.ts';
import type { JsonObject } from '../../td/json-object.ts';
import { checkAnswer, errorOf, type NamedRequest } from './client-messages.ts';
import type { ClientSession, Scope } from './client-session.ts';
import { connectionLost } from './client-socket.ts';

export interface SessionSubscriptionParts {
  readonly session: ClientSession;
  /** Taken on this connection, for it alone. */
  readonly scope: Scope;
  readonly message: NamedRequest;
  readonly href: string;
  readonly wire?: Wire;
  /** These two are told while it lasts; what they throw ends it. */
  accepted(response: JsonObject): void;
  notified(notification: JsonObject): void;
}

const endsWithin = 10_000;

/** A subscription on one connection. */
export class SessionSubscription {
  readonly #parts: SessionSubscriptionParts;
  readonly #answered = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<'ended'>();
  /** The Thing has it. */
  #stands = false;
  #isOver = false;
  #isAnswered = false;

  constructor(parts: SessionSubscriptionParts) {
    const { session, message, wire } = parts;
    this.#parts = parts;
    this.#over.promise.catch(() => {}); // nobody waits for it any more where the answer came too late
    session.begin(message, {
      wire,
      heard: (received) => this.#heard(received),
      lost: (reason) => this.#end(() => this.#over.reject(reason)),
    });
  }

  /** Resolves with the answer, whichever it is. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** Resolves when the Thing is gone; rejects with its refusal, the loss of the connection, or what a listener threw. */
  get over(): Promise<'ended'> {
    return this.#over.promise;
  }

  /** Tells nothing more, and frees the scope when the Thing has let go. */
  async leave(clock: Clock): Promise<void> {
    const { session, scope, message, href, wire } = this.#parts;
    this.#isOver = true;
    // What the Thing has not answered would hold the scope, and so cost the next observer a connection.
    if (!this.#isAnswered && session.isAlone) return session.close(connectionLost(href, 'left unanswered'));
    await withDeadline(clock, { href, timeout: endsWithin }, async (signal) => {
      // The Thing cannot end what it has not yet begun.
      await this.#answered.promise;
      if (this.#stands) await session.ask(endingOf(message), signal, wire);
    }).catch(() => {}); // nobody hears its notifications, whatever the Thing makes of it
    session.end(message);
    session.release(scope);
  }

  #heard(received: JsonObject): void {
    try {
      if (received['messageType'] === 'response') this.#answer(received);
      else if (received['messageType'] === 'notification' && !this.#isOver) this.#notify(received);
    } catch (error) {
      this.#end(() => this.#over.reject(error));
    }
  }

  #answer(response: JsonObject): void {
    if (this.#stands) return;
    this.#settle();
    const { message, href } = this.#parts;
    const error = errorOf(response, href);
    if (error !== undefined) throw error;
    checkAnswer(message, response, href);
    this.#stands = true;
    if (!this.#isOver) this.#parts.accepted(response);
  }

  #notify(notification: JsonObject): void {
    const error = errorOf(notification, this.#parts.href);
    if (error === undefined) this.#parts.notified(notification);
    else {
      this.#stands = false;
      if (error.kind !== 'not-found') throw error;
      this.#end(() => this.#over.resolve('ended'));
    }
  }

  #end(settle: () => void): void {
    this.#isOver = true;
    this.#settle();
    settle();
  }

  #settle(): void {
    this.#isAnswered = true;
    this.#answered.resolve();
  }
}

function endingOf({ operation, lastNotificationID: _, ...message }: NamedRequest): NamedRequest {
  const ending = subscriptions[operation]?.endedBy ?? operation;
  return { ...message, operation: ending, messageID: randomUUID(), correlationID: randomUUID() };
}
