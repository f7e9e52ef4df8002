import type { IPublishPacket } from 'mqtt';
import type { Clock } from '../../../contracts/clock.ts';
import { bytesOf } from '../messages/mqtt-result.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import { type BrokerLink, soon } from './broker-link.ts';
import type { Publisher } from './mqtt-publisher.ts';

export interface OwnershipOptions {
  readonly link: BrokerLink;
  readonly publisher: Publisher;
  readonly topics: TopicSpace;
  readonly clientId: string;
  readonly clock: Clock;
  /** Another servient took a Thing's topics while the broker was away. */
  lost(thing: string, servient: string): void;
}

interface Claim {
  readonly thing: string;
  /** Who claimed the Thing's topics, in the broker's order, as long as it is not ours. */
  heard: string[];
  isOurs: boolean;
  /** How often it was repeated. */
  repeated: number;
  echoed(): void;
}

/** Enough for whoever starts again and again; an end where a broker shows its clients different orders. */
const mostRepeats = 100;

/**
 * Whose topics are a Thing's, on a broker shared with others. Each servient retains its client id at the Thing's
 * `servient`; all see these claims in the broker's order, and the first one of who is online counts: it repeats its
 * claim when another follows.
 */
export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #claims = new Map<string, Claim>();
  /** States of other servients that are looked at. */
  readonly #states = new Map<string, string>();
  readonly #looks = new Map<string, Promise<boolean>>();
  readonly #marks = new Map<string, () => void>();
  #marked = 0;

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  /** Where it hears itself. */
  get echo(): string {
    return this.#options.topics.servientEcho(this.#options.clientId);
  }

  /** Makes a Thing's topics ours, when `subscribe` has subscribed to its `servient`; resolves with the client id of the servient that has them already. */
  async claim(thing: string, subscribe: () => Promise<void>): Promise<string | undefined> {
    const { publisher, clientId, clock, topics } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const claim: Claim = { thing, heard: [], isOurs: false, repeated: 0, echoed: resolve };
    const topic = topics.thingServient(thing);
    this.#claims.set(topic, claim);
    await subscribe();
    // Whoever waited for a slow broker may be gone meanwhile.
    if (this.#claims.get(topic) !== claim) return undefined;
    publisher.retain(topic, Buffer.from(clientId), { qos: 0 });
    await soon(promise, clock);
    return this.#settle(topic, claim);
  }

  release(thing: string): void {
    const { topics, publisher } = this.#options;
    const topic = topics.thingServient(thing);
    if (this.#claims.delete(topic)) publisher.retain(topic, new Uint8Array());
  }

  /** After the connection was lost: looks who took what was ours meanwhile. */
  async recheck(): Promise<void> {
    const ours = [...this.#claims].filter(([, { isOurs }]) => isOurs);
    if (ours.length === 0) return;
    for (const [, claim] of ours) claim.isOurs = false;
    await this.#caughtUp();
    for (const [topic, claim] of ours) {
      const owner = await this.#settle(topic, claim);
      if (owner !== undefined) this.#options.lost(claim.thing, owner);
    }
  }

  /** Takes a message that is about ownership; false where it is not. */
  take(packet: IPublishPacket): boolean {
    const { topic } = packet;
    const claim = this.#claims.get(topic);
    if (!claim && topic !== this.echo && !this.#states.has(topic)) return false;
    const text = Buffer.from(bytesOf(packet)).toString();
    if (claim) this.#hear(topic, claim, text);
    else if (topic === this.echo) this.#marks.get(text)?.();
    else this.#states.set(topic, text);
    return true;
  }

  #hear(topic: string, claim: Claim, who: string): void {
    const isMe = who === this.#options.clientId;
    if (who === '') return;
    if (claim.isOurs) {
      if (!isMe) this.#repeat(topic, claim);
      return;
    }
    if (!claim.heard.includes(who)) claim.heard.push(who);
    if (isMe) claim.echoed();
  }

  /** Decides by what was heard; gives the client id of who was first, where that is another servient. */
  async #settle(topic: string, claim: Claim): Promise<string | undefined> {
    const { clientId, publisher } = this.#options;
    for (const who of claim.heard) {
      if (who === clientId) break;
      if (!(await this.#isOnline(who))) continue;
      this.#claims.delete(topic);
      publisher.drop(topic);
      return who;
    }
    if (this.#claims.get(topic) !== claim) return undefined;
    claim.isOurs = true;
    if (claim.heard.some((who) => who !== clientId)) this.#repeat(topic, claim);
    claim.heard = [];
    return undefined;
  }

  #repeat(topic: string, claim: Claim): void {
    const { clientId, publisher } = this.#options;
    if (claim.repeated++ < mostRepeats) publisher.retain(topic, Buffer.from(clientId));
  }

  #isOnline(servient: string): Promise<boolean> {
    const look = this.#looks.get(servient) ?? this.#look(servient);
    this.#looks.set(servient, look);
    return look;
  }

  async #look(servient: string): Promise<boolean> {
    const { link, topics } = this.#options;
    const topic = topics.servientStatus(servient);
    this.#states.set(topic, '');
    await link.subscribe([topic]);
    await this.#caughtUp();
    const isOnline = this.#states.get(topic) === 'online';
    this.#states.delete(topic);
    this.#looks.delete(servient);
    link.unsubscribe([topic]).catch(() => {});
    return isOnline;
  }

  /** Resolves when what the broker had for us has come, or after a second: a broker serves a client's packets in turn. */
  async #caughtUp(): Promise<void> {
    const { link, clock } = this.#options;
    const mark = String(++this.#marked);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#marks.set(mark, resolve);
    link.publish({ topic: this.echo, payload: Buffer.from(mark), options: {} }, () => {});
    await soon(promise, clock);
    this.#marks.delete(mark);
  }
}
