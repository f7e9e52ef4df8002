import { randomUUID } from 'node:crypto';
import { toProblem, WotError } from '../../contracts/errors.ts';
import type { Change, Gap } from '../../contracts/interaction.ts';
import { sizeOf } from '../../interaction/change-feed.ts';
import { positionToUuid } from '../../interaction/change-ids.ts';
import { type PacedSink, PacedSubscription } from '../../interaction/paced-subscription.ts';
import type { ThingMessage, WireGap } from './messages.ts';
import { changeMembers, unnumberedMembers, wireGap } from './notification-text.ts';
import { wireProblem } from './wire-problem.ts';

/** Bytes waiting for a slow peer; beyond, it is caught up from the replay ring when it has read them. */
export const highWater = 256 * 1024;

/** Where notifications go. */
export interface NotificationLine {
  /** Whether the peer takes another one now. */
  ready(): boolean;
  send(text: string): void;
}

export interface SubscriptionParts {
  /** What is subscribed to; a later request may take names away. */
  readonly names: Set<string>;
  /** The members that all its notifications have. */
  readonly head: Pick<ThingMessage, 'thingID' | 'operation' | 'correlationID'>;
  readonly line: NotificationLine;
  readonly subscribe: PacedSink['subscribe'];
  /** The Thing is gone, or catching up failed; the peer has been told. */
  readonly ended: () => void;
}

/** The ids of what was told: those after one up to another. */
export interface Told {
  readonly after: number;
  readonly upTo: number;
}

/** Bytes of a notification beside its data, about. */
const headSize = 300;
const nothingTold: ReadonlyMap<string, Told> = new Map();

/** A change, or the text of the end. */
type Waiting = Change | string;

/** What one request subscribed to. What it has to tell waits until its response has left: until `proceed`. */
export class WireSubscription {
  readonly names: Set<string>;
  readonly #parts: SubscriptionParts;
  readonly #head: string;
  readonly #paced: PacedSubscription;
  #waiting: Waiting[] | undefined = [];
  #waitingSize = 0;
  #told: Told | undefined;
  /** What the subscriptions that it replaces told, by name. */
  #toldBefore = nothingTold;
  #gap: Gap | undefined;
  /** Where it starts, when it was asked for without an id or after a gap. */
  #since: number | undefined;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
    this.names = parts.names;
    this.#head = JSON.stringify({ ...parts.head, messageType: 'notification' }).slice(0, -1);
    this.#paced = new PacedSubscription({
      ready: () => (this.#waiting ? this.#waitingSize < highWater : parts.line.ready()),
      since: (id) => {
        this.#since = id;
      },
      change: (change) => this.#change(change),
      gap: ({ after, resumesAt }) => {
        this.#gap = { after: this.#gap?.after ?? after, resumesAt };
      },
      ended: () =>
        this.#end(new WotError('not-found', 'THING_REMOVED', 'The Thing was removed; nothing follows.')),
      failed: (error) => this.#end(error as WotError),
      subscribe: parts.subscribe,
    });
  }

  /** Rejects as subscribing does. */
  start(after: number | undefined): Promise<void> {
    if (after !== undefined) this.#told = { after, upTo: after };
    return this.#paced.start(after);
  }

  /** What its response tells: what is lost, and by its messageID where to resume, where no notification tells that yet. */
  opening(): Partial<Pick<ThingMessage, 'gap' | 'messageID'>> {
    const gap = this.#takeGap();
    const isTold = this.#waiting?.some((entry) => typeof entry !== 'string') === true;
    return {
      ...(gap && { gap }),
      ...(this.#since === undefined || isTold ? {} : { messageID: positionToUuid(this.#since) }),
    };
  }

  /** Tells what waits, and from now on all at once, save what was told before it, by name. */
  proceed(toldBefore: ReadonlyMap<string, Told>): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#toldBefore = toldBefore.size > 0 ? toldBefore : nothingTold;
    const isPresent = (entry: Waiting) => typeof entry !== 'string' && entry.present === true;
    const [first, last] = [waiting.findIndex(isPresent), waiting.findLastIndex(isPresent)];
    waiting.forEach((entry, index) => {
      if (typeof entry === 'string') this.#parts.line.send(entry);
      // A peer that is cut off before it has all present values must not resume between them.
      else if (index < first || index >= last) this.#send(entry, changeMembers);
      else this.#send(entry, unnumberedMembers);
    });
    this.resume();
  }

  /** The peer may be ready again. */
  resume(): void {
    this.#paced.resume();
  }

  stop(): void {
    this.#paced.stop();
  }

  /** What has left; nothing while all waits. */
  get told(): Told | undefined {
    return this.#waiting ? undefined : this.#told;
  }

  #change(change: Change): void {
    this.#told = { after: this.#told?.after ?? change.id - 1, upTo: change.id };
    if (this.#waiting) {
      this.#waiting.push(change);
      // Encoded when it leaves: a later request may have replaced it by then.
      this.#waitingSize += headSize + sizeOf(change.data);
    } else this.#send(change, changeMembers);
  }

  #send(change: Change, members: (change: Change) => string): void {
    if (!this.#isNew(change)) return;
    const gap = this.#takeGap();
    const start = gap ? `${this.#head},"gap":${JSON.stringify(gap)}` : this.#head;
    this.#parts.line.send(`${start},${members(change)}}`);
  }

  /** Whether it is still wanted, and no subscription before told it. */
  #isNew({ id, name }: Change): boolean {
    const before = this.#toldBefore.get(name);
    return this.names.has(name) && !(before && id > before.after && id <= before.upTo);
  }

  #end(error: WotError): void {
    const gap = this.#waiting ? undefined : this.#takeGap();
    const problem = wireProblem(toProblem(error));
    const members = { messageID: randomUUID(), ...(gap && { gap }), error: problem };
    const text = `${this.#head},${JSON.stringify(members).slice(1)}`;
    if (this.#waiting) this.#waiting.push(text);
    else this.#parts.line.send(text);
    this.#parts.ended();
  }

  /** The gap that is not told yet; it counts as told. */
  #takeGap(): WireGap | undefined {
    const gap = this.#gap;
    this.#gap = undefined;
    return gap && wireGap(gap);
  }
}
