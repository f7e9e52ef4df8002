import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { Op } from '../../../contracts/td.ts';
import { isJsonObject, type JsonObject } from '../../../td/json-object.ts';
import { randomUuid, timeOfMessage } from './change-id.ts';
import { FairQueue } from './fair-queue.ts';
import { answeredError, connectionLost, notAnswered, notConnected } from './problems.ts';

/** What is asked of a Thing (Web Thing Protocol, section 5), without what every message has. */
export interface Request {
  readonly thingID: string;
  readonly operation: Op;
  readonly [member: string]: unknown;
}

export interface RequestOptions {
  /** Milliseconds until it fails with TIMEOUT; default 10,000. */
  readonly timeout?: number;
  /** Sent when it is this Thing's turn, so that what the page asks by itself holds up nothing that a person does. */
  readonly inTurn?: boolean;
  /** Asked when its turn has come; what is not wanted any more is not sent. */
  isWanted?(): boolean;
  /** Takes the response at once, before what came after it. */
  answered?(response: JsonObject): void;
  /** Takes the notifications that follow. */
  notified?(message: JsonObject): void;
}

interface Asked extends RequestOptions {
  readonly request: Request;
  readonly correlationID: string;
  readonly timer: Timer;
  /** Nobody waits for the answer any more. */
  isLate: boolean;
  resolve(response: JsonObject): void;
  reject(error: unknown): void;
}

/** Milliseconds for a write or an action: the servient gives up after 30 s and says so. */
export const actsWithin = 35_000;
const defaultTimeout = 10_000;
/** The servient serves 64 requests of a connection at one time. */
const inTurnAtMost = 54;
const perThingAtMost = 6;
/** Milliseconds that two clocks may differ and be taken for one. */
const sameTime = 5000;

/** The requests of one connection and what comes for them; a Thing that does not answer holds up no other. */
export class Requests {
  readonly #clock: Clock;
  readonly #send: (text: string) => boolean;
  readonly #queue = new FairQueue<Asked>();
  /** Sent and not answered, also when nobody waits for the answer any more. */
  readonly #open = new Map<string, Asked>();
  readonly #notified = new Map<string, (message: JsonObject) => void>();
  /** Those in turn that are open, by Thing. */
  readonly #inTurn = new Map<string, number>();
  #allInTurn = 0;
  #ignored = 0;
  #heardAt = 0;
  /** Milliseconds by which the servient's clock is ahead of ours, as its first answer on this connection said. */
  #ahead: number | undefined;

  /** `send` gives false where there is no connection. */
  constructor(clock: Clock, send: (text: string) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Messages that were malformed, or for nobody here. */
  get ignored(): number {
    return this.#ignored;
  }

  /** When the last message came, milliseconds since 1970. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Gives the response; rejects with ApiError. */
  ask(request: Request, options: RequestOptions = {}): Promise<JsonObject> {
    const { timeout = defaultTimeout, inTurn } = options;
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    const correlationID = String(request['correlationID'] ?? randomUuid());
    const timer = this.#clock.after(timeout, () => {
      asked.isLate = true;
      reject(notAnswered(timeout));
    });
    const asked: Asked = { ...options, request, correlationID, timer, isLate: false, resolve, reject };
    if (inTurn) {
      this.#queue.add(request.thingID, asked);
      this.#proceed();
    } else this.#start(asked);
    return promise;
  }

  /** When a message was told, by our clock. */
  timeOf(message: JsonObject): number {
    const time = timeOfMessage(message);
    return time === undefined ? this.#clock.now() : time - (this.#ahead ?? 0);
  }

  /** Nobody takes its notifications any more. */
  forget(correlationID: string): void {
    this.#notified.delete(correlationID);
  }

  /** Takes what came; never throws. */
  hear(text: unknown): void {
    this.#heardAt = this.#clock.now();
    const message = parse(text);
    const id = String(message?.['correlationID']);
    const asked = this.#open.get(id);
    const notified = this.#notified.get(id);
    if (message?.['messageType'] === 'response' && asked) this.#answer(asked, message);
    else if (message?.['messageType'] === 'notification' && notified) notified(message);
    else this.#ignored += 1;
  }

  /** The connection is gone, and with it all that was asked. */
  lost(): void {
    const all = [...this.#open.values(), ...this.#queue.clear()];
    this.#open.clear();
    this.#notified.clear();
    this.#inTurn.clear();
    this.#allInTurn = 0;
    this.#ahead = undefined;
    for (const { timer, reject } of all) {
      timer.cancel();
      reject(connectionLost());
    }
  }

  #start(asked: Asked): void {
    const { request, correlationID, notified } = asked;
    const head = { messageID: randomUuid(), messageType: 'request', correlationID };
    if (!this.#send(JSON.stringify({ ...request, ...head }))) {
      asked.timer.cancel();
      asked.reject(notConnected());
      return;
    }
    if (notified) this.#notified.set(correlationID, notified);
    this.#open.set(correlationID, asked);
    if (asked.inTurn) this.#count(request.thingID, 1);
  }

  #answer(asked: Asked, response: JsonObject): void {
    this.#open.delete(asked.correlationID);
    asked.timer.cancel();
    const { error, timestamp } = response;
    this.#ahead ??= this.#difference(timestamp);
    if (error === undefined) {
      asked.answered?.(response);
      asked.resolve(response);
    } else asked.reject(answeredError(error));
    if (!asked.inTurn) return;
    this.#count(asked.request.thingID, -1);
    this.#proceed();
  }

  #difference(timestamp: unknown): number | undefined {
    const time = timeOfMessage({ timestamp });
    const ahead = time === undefined ? undefined : time - this.#clock.now();
    return ahead !== undefined && Math.abs(ahead) < sameTime ? 0 : ahead;
  }

  #proceed(): void {
    const mayStart = (thing: string) => (this.#inTurn.get(thing) ?? 0) < perThingAtMost;
    while (this.#allInTurn < inTurnAtMost) {
      const next = this.#queue.take(mayStart);
      if (!next) return;
      if (!next.isLate && next.isWanted?.() !== false) this.#start(next);
    }
  }

  #count(thing: string, change: 1 | -1): void {
    this.#allInTurn += change;
    const count = (this.#inTurn.get(thing) ?? 0) + change;
    if (count > 0) this.#inTurn.set(thing, count);
    else this.#inTurn.delete(thing);
  }
}

function parse(text: unknown): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(String(text));
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
