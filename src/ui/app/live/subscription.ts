import type { Clock, Timer } from '../../../contracts/clock.ts';
import { isJsonObject, type JsonObject } from '../../../td/json-object.ts';
import type { ApiError } from '../api/api-error.ts';
import { randomUuid, timeOfChangeId } from './change-id.ts';
import { answeredError, isDisconnect } from './problems.ts';
import type { Request, Requests } from './requests.ts';

export interface SubscriptionParts {
  readonly requests: Requests;
  readonly clock: Clock;
  readonly begin: Request;
  readonly end: Request;
  /** The messageID to start after where none came yet; undefined starts with what is. */
  start(): string | undefined;
  /** Whether to ask for what came while it was interrupted. */
  resumes(): boolean;
  notified(message: JsonObject): void;
  /** Something between two notifications was lost. */
  gap(): void;
  /** The Thing has it; what was missed follows if it started or resumed after an id. */
  stands(after: string | undefined): void;
  failed(error: ApiError): void;
}

/** Milliseconds until one that failed is tried again. */
export const retryAfter = 10_000;

/** One subscription of the tab: stands while it is wanted and there is a connection. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  #correlationID: string | undefined;
  #last: string | undefined;
  #retry: Timer | undefined;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Begins, where it has not. */
  begin(): void {
    if (this.#correlationID === undefined) this.#begin();
  }

  end(): void {
    this.#last = undefined;
    this.#retry?.cancel();
    const { requests, end } = this.#parts;
    if (this.#correlationID === undefined) return;
    requests.forget(this.#correlationID);
    this.#correlationID = undefined;
    requests.ask(end).catch(() => {}); // what is gone needs no end
  }

  /** The connection is gone. */
  lost(): void {
    this.#retry?.cancel();
    this.#correlationID = undefined;
  }

  #begin(): void {
    const { requests, begin, resumes, start, stands } = this.#parts;
    const after = (resumes() ? this.#last : undefined) ?? start();
    const correlationID = randomUuid();
    this.#retry?.cancel();
    this.#correlationID = correlationID;
    const request = { ...begin, correlationID, ...(after !== undefined && { lastNotificationID: after }) };
    const isWanted = () => correlationID === this.#correlationID;
    const whileItStands =
      <T>(call: (value: T) => void) =>
      (value: T) =>
        isWanted() && call(value);
    const notified = whileItStands((message: JsonObject) => this.#notified(message));
    const answered = whileItStands((response: JsonObject) => {
      this.#pass(response);
      stands(after);
    });
    const options = { inTurn: true, isWanted, answered, notified };
    requests.ask(request, options).catch(whileItStands(this.#failed));
  }

  #notified(message: JsonObject): void {
    this.#pass(message);
    const { error } = message;
    if (error !== undefined) this.#failed(answeredError(error));
    else this.#parts.notified(message);
  }

  #pass({ messageID, gap }: JsonObject): void {
    if (timeOfChangeId(messageID) !== undefined) this.#last = String(messageID);
    if (isJsonObject(gap)) this.#parts.gap();
  }

  readonly #failed = (error: ApiError): void => {
    const { requests, clock, failed } = this.#parts;
    if (this.#correlationID !== undefined) requests.forget(this.#correlationID);
    this.#correlationID = undefined;
    // Without a connection it begins anew when there is one again.
    if (isDisconnect(error)) return;
    this.#retry = clock.after(retryAfter, () => this.#begin());
    failed(error);
  };
}
