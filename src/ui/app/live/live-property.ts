import type { Timer } from '../../../contracts/clock.ts';
import type { Op } from '../../../contracts/td.ts';
import type { JsonObject } from '../../../td/json-object.ts';
import type { ApiError } from '../api/api-error.ts';
import type { Beat } from './beat.ts';
import { changeIdAt } from './change-id.ts';
import type { LiveValue, Trend } from './live.ts';
import { Poll, type PollParts } from './poll.ts';
import { isDisconnect } from './problems.ts';
import { actsWithin, type Request, type RequestOptions, type Requests } from './requests.ts';
import { Store } from './store.ts';
import { retryAfter, Subscription } from './subscription.ts';
import { TrendRing, trendSpan } from './trend-ring.ts';
import { Users } from './users.ts';
import { ValueState } from './value-state.ts';

/** What the TD says of a property; both where it says nothing. */
export interface PropertyTraits {
  readonly observable?: boolean;
  readonly readable?: boolean;
}

export interface PropertyParts extends Omit<PollParts, 'read'> {
  /** The id of the Thing. */
  readonly thing: string;
  readonly name: string;
  readonly requests: Requests;
  readonly beat: Beat;
  isLive(): boolean;
  /** Whether the device does not answer the servient. */
  isFaulty(): boolean;
  /** Those that somebody watches. */
  readonly used: Set<unknown>;
}

/** Polled values are stale after so many periods. */
const agesAfter = 3;
const inTurn: RequestOptions = { inTurn: true };
const noTrend: Trend = { times: [], values: [] };

/** One property of one Thing, shared by all in this tab who show it. */
export class LiveProperty {
  readonly value: Store<LiveValue>;
  readonly trend: Store<Trend>;
  readonly #parts: PropertyParts;
  readonly #state = new ValueState();
  readonly #users: Users;
  readonly #trendUsers: Users;
  readonly #subscription: Subscription;
  readonly #poll: Poll;
  #traits: PropertyTraits = {};
  #ring: TrendRing | undefined;
  /** When the newest change was told on this connection. */
  #newest = 0;
  #timer: Timer | undefined;

  constructor(parts: PropertyParts) {
    const { clock, beat, isFaulty } = parts;
    this.#parts = parts;
    this.value = new Store(beat, (before) => {
      const value = this.#state.shown(this.#poll.period, isFaulty());
      return isSame(before, value) ? before : value;
    });
    this.trend = new Store(beat, () => this.#ring?.points() ?? noTrend);
    this.#poll = new Poll({ ...parts, read: () => this.#refresh(inTurn) });
    this.#subscription = this.#observation();
    this.#users = new Users(
      clock,
      () => this.#enter(),
      () => this.#leave(),
    );
    const dropTrend = () => {
      this.#ring = undefined;
    };
    this.#trendUsers = new Users(clock, () => this.#beginTrend(), dropTrend);
  }

  /** Keeps the value up to date; returns what ends that. */
  watch({ observable, readable }: PropertyTraits = {}): () => void {
    this.#traits = {
      observable: observable ?? this.#traits.observable,
      readable: readable ?? this.#traits.readable,
    };
    return this.#users.add();
  }

  /** Keeps the trend up to date; returns what ends that. */
  watchTrend(): () => void {
    const [leaveTrend, leave] = [this.#trendUsers.add(), this.#users.add()];
    return () => {
      leaveTrend();
      leave();
    };
  }

  /** Asks the Thing for the value, which `value` tells too; rejects with ApiError. */
  async read(options: RequestOptions = {}): Promise<unknown> {
    const { told } = this.#state;
    const response = await this.#parts.requests.ask(this.#request('readproperty'), options);
    // What the Thing told meanwhile is not older.
    if (told === this.#state.told) this.#answered(response);
    return response['value'];
  }

  /** Rejects with ApiError, which `value` tells too. */
  async write(requested: unknown): Promise<void> {
    const settled = this.#state.write(requested);
    this.touch();
    const { told } = this.#state;
    try {
      const request = { ...this.#request('writeproperty'), value: requested };
      const response = await this.#parts.requests.ask(request, { timeout: actsWithin });
      if (told === this.#state.told) await this.#written(response, requested);
      settled();
    } catch (error) {
      settled((error as ApiError).problem);
      throw error;
    } finally {
      this.touch();
    }
  }

  /** Forgets a write that was refused. */
  dismiss(): void {
    this.#state.dismiss();
    this.touch();
  }

  /** What the value depends on changed. */
  touch(): void {
    this.value.touch();
  }

  /** There is a connection, on which nothing is asked yet. */
  connected(): void {
    this.#begin();
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#poll.period !== undefined) this.#ring?.break();
    this.#subscription.lost();
    this.#newest = 0;
    this.#rest();
  }

  #request(operation: Op): Request {
    const { thing, name } = this.#parts;
    return { thingID: thing, operation, name };
  }

  #observation(): Subscription {
    const { requests, clock } = this.#parts;
    return new Subscription({
      requests,
      clock,
      begin: this.#request('observeproperty'),
      end: this.#request('unobserveproperty'),
      start: () => (this.#ring ? changeIdAt(clock.now() - trendSpan) : undefined),
      resumes: () => this.#ring !== undefined,
      notified: (message) => this.#notified(message),
      gap: () => this.#ring?.break(),
      stands: (after) => this.#stands(after),
      failed: (error) => this.#refused(error),
    });
  }

  #begin(): void {
    const { observable = true, readable = true } = this.#traits;
    if (!this.#parts.isLive()) return;
    if (observable) this.#subscription.begin();
    else if (readable) this.#poll.start();
  }

  #enter(): void {
    this.#parts.used.add(this);
    this.#begin();
  }

  #leave(): void {
    this.#parts.used.delete(this);
    this.#subscription.end();
    this.#rest();
  }

  /** Nothing keeps the value up to date any more. */
  #rest(): void {
    this.#poll.stop();
    this.#timer?.cancel();
    this.#state.outdate();
    this.touch();
  }

  /** Subscribes anew: only then the servient tells again what it told before. */
  #beginTrend(): void {
    this.#ring = new TrendRing();
    this.#subscription.end();
    if (this.#users.any && this.#poll.period === undefined) this.#begin();
  }

  /** Without an id it starts with the present value; after one, with what was missed alone. */
  #stands(after: string | undefined): void {
    if (this.#traits.readable === false) this.#state.confirm();
    else if (after !== undefined) void this.#refresh(inTurn);
    this.touch();
  }

  #notified(message: JsonObject): void {
    const time = this.#traced(message);
    // What is told of the past for a trend is no news.
    if (time === undefined || time < this.#newest) return;
    this.#newest = time;
    this.#tell(message['value'], time);
  }

  #refused(error: ApiError): void {
    if (error.problem.kind === 'not-allowed') {
      this.#subscription.end();
      this.#traits = { ...this.#traits, observable: false };
      this.#begin();
    } else this.#fail(error);
  }

  async #refresh(options?: RequestOptions): Promise<void> {
    try {
      await this.read(options);
    } catch (error) {
      if (isDisconnect(error as ApiError)) return;
      this.#fail(error as ApiError);
      const isObserved = this.#users.any && this.#poll.period === undefined;
      if (isObserved) this.#later(retryAfter, () => void this.#refresh(inTurn));
    }
  }

  async #written(response: JsonObject, requested: unknown): Promise<void> {
    if (response['value'] !== undefined) this.#answered(response);
    else if (this.#traits.readable === false) this.#answered({ ...response, value: requested });
    else await this.#refresh();
  }

  #answered(response: JsonObject): void {
    const time = this.#traced(response);
    if (time === undefined) return;
    this.#tell(response['value'], time);
    const { period } = this.#poll;
    if (period !== undefined) this.#later(period * agesAfter, () => this.#state.outdate());
  }

  /** Enters the value of a message into the trend; gives when it was told, undefined where there is none. */
  #traced(message: JsonObject): number | undefined {
    const { value } = message;
    if (value === undefined) return undefined;
    const time = this.#parts.requests.timeOf(message);
    this.#ring?.add(value, time);
    this.trend.touch();
    return time;
  }

  #tell(value: unknown, time: number): void {
    this.#timer?.cancel();
    this.#state.tell(value, time);
    this.touch();
  }

  #fail({ problem }: ApiError): void {
    this.#state.fail(problem);
    this.touch();
  }

  #later(delay: number, call: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(delay, () => {
      call();
      this.touch();
    });
  }
}

function isSame(before: LiveValue | undefined, after: LiveValue): before is LiveValue {
  const names = Object.keys(after) as (keyof LiveValue)[];
  if (!before || Object.keys(before).length !== names.length) return false;
  return names.every((name) => before[name] === after[name]);
}
