import type { IPublishPacket } from 'mqtt';
import type { Content } from '../../../contracts/binding.ts';
import { abortable } from '../../../contracts/deadline.ts';
import type { WotError } from '../../../contracts/errors.ts';
import type { MqttVersion } from '../connection/reconnecting.ts';
import { FilterClaims } from './filter-claims.ts';
import { type Answered, type Asking, PendingReplies } from './pending-replies.ts';
import { type Publication, SessionConnection, type SessionOptions } from './session-connection.ts';
import { SharedFilters, type Subscribed, type TopicListener } from './shared-filters.ts';

/** How long new requests wait for those under way before the connection is replaced, in ms. */
const patience = 500;

/** One connection to one broker, shared by all requests and subscriptions of a client. */
export class MqttSession {
  readonly #connection: SessionConnection;
  readonly #filters: SharedFilters;
  readonly #replies: PendingReplies;
  readonly #claims = new FilterClaims();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Whether the connection is being replaced by one with a session that lasts. */
  #isRenewing = false;
  /** Settles when it was, or is left until the connection breaks. */
  #renewal: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#connection = new SessionConnection(options);
    this.#filters = new SharedFilters(this.#connection);
    this.#replies = new PendingReplies(this.#connection);
  }

  get clientId(): string {
    return this.#connection.clientId;
  }

  /** What the broker speaks; valid once it was ready. */
  get version(): MqttVersion {
    return this.#connection.version;
  }

  /** Resolves when the connection stands for the first time; rejects when it fails then. */
  ready(): Promise<void> {
    return this.#connection.ready({
      message: (packet) => this.#receive(packet),
      lost: (why) => this.#lose(why),
      back: (kept) => {
        this.#replies.back(kept);
        void this.#filters.back(kept, this.#isRenewing);
        this.#isRenewing = false;
      },
    });
  }

  /** Waits until a lost connection is back; what is asked now must not be sent after its caller gave up. */
  async online(signal: AbortSignal): Promise<void> {
    if (this.#renewal !== undefined) await abortable(this.#renewal, signal);
    await this.#connection.online(signal);
  }

  /** At QoS 0 resolves when the message is sent, else when the broker has it. */
  publish(publication: Publication): Promise<void> {
    return this.#track(this.#connection.publish(publication));
  }

  /** Publishes a request and waits for its result; throws the peer's error. */
  ask(target: Answered, content: Content | undefined, asking: Asking): Promise<Content | undefined> {
    return this.#track(this.#replies.ask(target, content, asking));
  }

  /** Takes filters for a subscription; undefined where messages for others here would come for it again. */
  claim(filters: readonly string[]): (() => void) | undefined {
    return this.#connection.tellsFilters ? () => {} : this.#claims.claim(filters);
  }

  /** Subscribes, also again, so that retained messages come; the returned function ends it. */
  async listen(
    subscribed: Subscribed,
    listener: TopicListener,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    // For messages that must not be lost.
    if (subscribed.qos > 0 && !this.#connection.isLasting) {
      this.#renewal ??= this.#renew().finally(() => {
        this.#renewal = undefined;
      });
      await this.online(signal);
    }
    return this.#track(this.#filters.listen(subscribed, listener));
  }

  async close(): Promise<void> {
    this.#filters.close();
    await this.#connection.close();
  }

  #track<R>(work: Promise<R>): Promise<R> {
    const done = (): boolean => this.#underWay.delete(work);
    this.#underWay.add(work);
    work.then(done, done);
    return work;
  }

  /** Has the session last from now on; where answers are awaited for long, from when the connection breaks. Never rejects. */
  async #renew(): Promise<void> {
    const until = performance.now() + patience;
    do {
      await new Promise((resolve) => setTimeout(resolve, 1));
    } while (this.#underWay.size > 0 && performance.now() < until);
    this.#isRenewing = this.#underWay.size === 0;
    this.#connection.makeLasting(this.#isRenewing);
    try {
      await this.#connection.online(new AbortController().signal);
    } catch (error) {
      if (this.#isRenewing) this.#filters.lost(error as WotError);
      this.#isRenewing = false;
    }
  }

  #receive(packet: IPublishPacket): void {
    if (!this.#replies.receive(packet)) this.#filters.receive(packet);
  }

  #lose(why: WotError): void {
    this.#replies.lost(why);
    if (!this.#isRenewing) this.#filters.lost(why);
  }
}
