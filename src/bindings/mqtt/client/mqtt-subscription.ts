import type { IPublishPacket } from 'mqtt';
import type { Content, Notification, NotificationListener } from '../../../contracts/binding.ts';
import type { WotError } from '../../../contracts/errors.ts';
import type { Wire } from '../../../contracts/wire.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';
import { matchesFilter } from '../../../td/topic-filter.ts';
import { bytesOf } from '../messages/mqtt-result.ts';
import type { MqttTarget } from './mqtt-target.ts';
import { changeId, type Replayed } from './replay.ts';
import type { TopicListener } from './shared-filters.ts';

/** What a subscription is of, and how it learns of what it missed. */
export interface SubscriptionParts {
  readonly target: MqttTarget;
  /** What the servient knows of after an id; absent where it cannot be asked. */
  readonly replay?: ((after: number) => Promise<Replayed>) | undefined;
  /** Where it is resumed; what comes waits until `catchUp` then. */
  readonly after?: string | undefined;
  readonly wire?: Wire;
}

/** What waits for a replay at most. */
const mostHeld = { messages: 1000, bytes: 16 * 1024 * 1024 };
/** Topics of a wildcard of which it is known what came last. */
const mostTopics = 10_000;

/** Turns the messages of a form's filters into notifications; of a wildcard filter, the matched level is the name. */
export class TopicSubscription implements TopicListener {
  readonly wire: TopicListener['wire'];
  readonly #target: MqttTarget;
  readonly #replay: SubscriptionParts['replay'];
  readonly #listener: NotificationListener;
  readonly #nameLevel: number;
  /** What each topic told last, since the connection stands; the id is 0 where it told none. */
  readonly #seen = new Map<string, { readonly id: number; readonly payload: Buffer }>();
  /** Topics whose retained messages come once more. */
  #repeated: ReadonlySet<string> = new Set();
  /** The last change of all; those up to it were told. */
  #last: number | undefined;
  /** What came while it was not known what came before. */
  #held: IPublishPacket[] | undefined;
  #heldBytes = 0;
  #isAsking = false;
  #isOver = false;
  /** Where it was resumed. */
  readonly #after: number;

  constructor({ target, replay, after, wire }: SubscriptionParts, listener: NotificationListener) {
    this.wire = wire;
    this.#target = target;
    this.#replay = replay;
    this.#listener = listener;
    const { filters } = target;
    this.#nameLevel = filters.length === 1 ? (filters[0]?.split('/').findIndex(isWildcard) ?? -1) : -1;
    this.#after = changeId(after) ?? 0;
    if (after !== undefined) this.#held = [];
  }

  message(packet: IPublishPacket): void {
    if (this.#isOver) return;
    if (this.#held === undefined) {
      this.#tell(packet);
      return;
    }
    this.#heldBytes += packet.payload.length;
    const count = this.#held.push(packet);
    if (count > mostHeld.messages || this.#heldBytes > mostHeld.bytes)
      this.#release({ gap: {}, packets: [] });
  }

  interrupted(error: WotError): void {
    if (this.#isOver) return;
    this.#held ??= [];
    this.#listener.interrupted?.(error);
  }

  resumed(kept: boolean): void {
    if (this.#isOver) return;
    this.#listener.resumed?.();
    // What came with ids is known again by them.
    for (const [topic, { id }] of this.#seen) if (id === 0) this.#seen.delete(topic);
    if (kept && this.#target.qos > 0) this.#release({ packets: [] });
    else this.catchUp(this.#last);
  }

  renewed(): void {
    this.#repeated = new Set(this.#seen.keys());
    // Of what is retained no last value is lost.
    if (!this.#target.retain) this.catchUp(this.#last);
  }

  failed(error: WotError): void {
    this.#end(() => this.#listener.failed(error));
  }

  ended(): void {
    this.#end(() => this.#listener.ended());
  }

  /** Tells first what came after an id, or that it is lost. */
  catchUp(after: number | undefined): void {
    this.#last = after;
    if (this.#isAsking) return; // for what came after an earlier one
    const lost = { gap: {}, packets: [] };
    if (after === undefined || this.#replay === undefined) {
      this.#release(lost);
      return;
    }
    this.#isAsking = true;
    this.#replay(after)
      .catch(() => lost)
      .then((replayed) => {
        this.#isAsking = false;
        this.#release(replayed);
      });
  }

  #release({ gap, packets }: Replayed): void {
    if (this.#isOver) return;
    const { filters } = this.#target;
    const held = this.#held ?? [];
    const after = this.#last === undefined ? {} : { after: String(this.#last) };
    if (gap) this.#listener.gap?.({ ...after, ...gap });
    const meant = packets.filter(({ topic }) => filters.some((each) => matchesFilter(each, topic)));
    this.#held = undefined;
    this.#heldBytes = 0;
    for (const packet of [...meant, ...held]) this.#tell(packet);
  }

  #tell(packet: IPublishPacket): void {
    const { topic } = packet;
    const { retain: isRetained, thingTopic } = this.#target;
    const notification = notificationOf(packet, this.#target.contentType);
    const id = changeId(notification.id);
    const isEmpty = notification.content === undefined;
    // The Thing was removed and its retained messages with it; where it has a status, that says so.
    if (isRetained && isEmpty && id === undefined) {
      if (this.#nameLevel < 0 && thingTopic === undefined) this.ended();
      return;
    }
    if (this.#isKnown(packet, id)) return;
    this.#remember(packet, id);
    const name = decodedOrSame(topic.split('/')[this.#nameLevel] ?? '');
    this.#listener.next(this.#nameLevel < 0 ? notification : { ...notification, name });
  }

  /** A retained message that only repeats it for somebody else's subscription, or one that is delivered twice (MQTT 5 section 4.3.2). */
  #isKnown({ topic, retain, payload }: IPublishPacket, id: number | undefined): boolean {
    const seen = this.#seen.get(topic);
    if (id !== undefined && this.#target.thingTopic !== undefined) {
      return id <= Math.max(seen?.id ?? 0, this.#after);
    }
    if (!retain || seen === undefined) return false;
    return !this.#repeated.has(topic) || seen.payload.equals(Buffer.from(payload));
  }

  #remember({ topic, payload }: IPublishPacket, id = 0): void {
    if (this.#seen.size >= mostTopics && !this.#seen.has(topic)) this.#seen.clear();
    this.#seen.set(topic, { id, payload: Buffer.from(this.#target.retain ? payload : '') });
    if (id > (this.#last ?? 0)) this.#last = id;
  }

  #end(tell: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    tell();
  }
}

/** A message as content; the media type is the message's own (MQTT 5), else the form's. */
export function contentOf(packet: IPublishPacket, contentType: string): Content {
  return { type: packet.properties?.contentType ?? contentType, body: bytesOf(packet) };
}

function notificationOf(packet: IPublishPacket, contentType: string): Notification {
  const { id, timestamp } = packet.properties?.userProperties ?? {};
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof timestamp === 'string' ? { timestamp } : {}),
    ...(packet.payload.length === 0 ? {} : { content: contentOf(packet, contentType) }),
    ...(packet.retain && { retained: true }),
  };
}

function isWildcard(level: string): boolean {
  return level === '+' || level === '#';
}
