import type { IPublishPacket } from 'mqtt';
import type { Content } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import { type Answered, type Asking, PendingReplies } from './pending-replies.ts';
import { type Publication, SessionConnection, type SessionOptions } from './session-connection.ts';
import { SharedFilters, type Subscribed, type TopicListener } from './shared-filters.ts';

/** One connection to one broker, shared by all requests and subscriptions of a client. */
export class MqttSession {
  readonly #connection: SessionConnection;
  readonly #filters: SharedFilters;
  readonly #replies: PendingReplies;
  /** Whether the connection is being replaced by one with a session that lasts. */
  #isRenewing = false;

  constructor(options: SessionOptions) {
    this.#connection = new SessionConnection(options);
    this.#filters = new SharedFilters(this.#connection);
    this.#replies = new PendingReplies(this.#connection);
  }

  get clientId(): string {
    return this.#connection.clientId;
  }

  /** What the broker speaks; valid once it was ready. */
  get version(): 4 | 5 {
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
  online(signal: AbortSignal): Promise<void> {
    return this.#connection.online(signal);
  }

  /** At QoS 0 resolves when the message is sent, else when the broker has it. */
  publish(publication: Publication): Promise<void> {
    return this.#connection.publish(publication);
  }

  /** Publishes a request and waits for its result; throws the peer's error. */
  ask(target: Answered, content: Content | undefined, asking: Asking): Promise<Content | undefined> {
    return this.#replies.ask(target, content, asking);
  }

  /** Subscribes, also again, so that retained messages come; the returned function ends it. */
  async listen(
    subscribed: Subscribed,
    listener: TopicListener,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    if (subscribed.qos > 0) await this.#makeLasting(signal);
    return this.#filters.listen(subscribed, listener);
  }

  async close(): Promise<void> {
    this.#filters.close();
    await this.#connection.close();
  }

  /** For messages that must not be lost; not now where results are awaited, but when the connection breaks. */
  async #makeLasting(signal: AbortSignal): Promise<void> {
    if (!this.#connection.isLasting) {
      this.#isRenewing = this.#replies.size === 0;
      this.#connection.makeLasting(this.#isRenewing);
    }
    try {
      await this.online(signal);
    } catch (error) {
      if (this.#isRenewing && error instanceof WotError) this.#filters.lost(error);
      this.#isRenewing = false;
      throw error;
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
