import type { RecordChange } from '../../../contracts/stores.ts';
import { ownBytes } from './own-bytes.ts';
import {
  letGo,
  type Message,
  messageRecord,
  type Queued,
  queuedDropped,
  queuedRecord,
  readMessage,
  readQueued,
  sizeOf,
} from './queued-messages.ts';
import { dropped, recordKinds } from './session-records.ts';

/** How much may wait for sessions that outlive their connection. */
export interface QueueBounds {
  /** Messages of one absent session. */
  readonly messages: number;
  /** Bytes of one session; a connected one that leaves more unacknowledged is cut. */
  readonly sessionBytes: number;
  /** Bytes of all sessions; over it the largest queue gives way. */
  readonly bytes: number;
}

export interface QueueHost {
  isConnected(clientId: string): boolean;
  /** The number of a client's session. */
  numberOf(clientId: string): number | undefined;
  /** Ends the connection of a client that acknowledges too little. */
  cut(clientId: string): void;
  /** Messages of this session are dropped; told once until its queue is empty again. */
  dropping(clientId: string): void;
}

/** A session's subscription to messages that are published now. */
export interface Taker {
  readonly clientId: string;
  readonly qos: number;
}

/** A message by the number that the broker gave it, rising. */
export interface NumberedMessage {
  readonly brokerCounter: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
}

interface Queue {
  readonly session: number;
  /** By number, oldest first. */
  readonly packets: Map<number, Queued>;
  /** Numbers by packet identifier. */
  readonly sent: Map<number, number>;
  bytes: number;
  told: boolean;
}

/** The messages that sessions have not acknowledged, within bounds. */
export class SessionQueues {
  readonly #bounds: QueueBounds;
  readonly #host: QueueHost;
  readonly #queues = new Map<string, Queue>();
  #bytes = 0;

  constructor(bounds: QueueBounds, host: QueueHost) {
    this.#bounds = bounds;
    this.#host = host;
  }

  /** What waits, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts a message into the queues of all takers, once each; gives what that changes. */
  enqueue(takers: readonly Taker[], published: NumberedMessage): readonly RecordChange[] {
    if (takers.length === 0) return [];
    const { brokerCounter: number, topic } = published;
    const message: Message = { number, topic, payload: ownBytes(published.payload), holders: 0 };
    const changes: RecordChange[] = [];
    for (const [clientId, granted] of highest(takers)) {
      const qos = Math.min(granted, published.qos); // [MQTT-3.8.4-6]
      this.#put(clientId, { number, qos, message, messageId: undefined }, changes);
    }
    if (message.holders > 0) changes.push(messageRecord(message));
    return changes;
  }

  /** What waits for a session behind a number, oldest first, and what comes while this is read. */
  *waiting(clientId: string, after = 0): Iterable<Queued> {
    for (const queued of this.#queues.get(clientId)?.packets.values() ?? []) {
      if (queued.number > after) yield queued;
    }
  }

  /** The packet of this number, as long as it waits. */
  get(clientId: string, number: number): Queued | undefined {
    return this.#queues.get(clientId)?.packets.get(number);
  }

  /** Whether a packet identifier is in use. */
  isSent(clientId: string, messageId: number): boolean {
    return this.#queues.get(clientId)?.sent.has(messageId) === true;
  }

  /** Notes the identifier under which a message is sent; gives what that changes. Throws where it does not wait any more. */
  sent(clientId: string, number: number, messageId: number): readonly RecordChange[] {
    const queue = this.#queues.get(clientId);
    const queued = queue?.packets.get(number);
    if (!queue || !queued) throw new Error('the message is no longer queued');
    if (queued.messageId === messageId) return [];
    const next = { ...queued, messageId };
    queue.packets.set(number, next);
    queue.sent.set(messageId, number);
    // Under another identifier a QoS 2 message would be another message; at QoS 1 that does no harm.
    return queued.qos === 2 ? [queuedRecord(queue.session, next)] : [];
  }

  /** Puts a PUBREL in the place of the message with this identifier; gives what that changes. */
  released(clientId: string, messageId: number): readonly RecordChange[] {
    const queue = this.#queues.get(clientId);
    const queued = queue?.packets.get(queue.sent.get(messageId) ?? 0);
    if (!queue || !queued?.message) return [];
    const next = { ...queued, message: undefined };
    queue.packets.set(queued.number, next);
    this.#count(queue, sizeOf(next) - sizeOf(queued));
    return [queuedRecord(queue.session, next), ...letGo(queued.message)];
  }

  /** Removes what was sent under this identifier; gives what that changes. */
  acknowledged(clientId: string, messageId: number): readonly RecordChange[] {
    const number = this.#queues.get(clientId)?.sent.get(messageId);
    return number === undefined ? [] : this.#remove(clientId, number);
  }

  /** Removes what a session may not have; gives what that changes. */
  withhold(clientId: string, number: number): readonly RecordChange[] {
    return this.#remove(clientId, number);
  }

  /** Drops all that waits for a session; gives what that changes. */
  forget(clientId: string): readonly RecordChange[] {
    const numbers = [...(this.#queues.get(clientId)?.packets.keys() ?? [])];
    return numbers.flatMap((number) => this.#remove(clientId, number));
  }

  /** Takes what an earlier broker kept; gives the highest number, and the changes that drop what belongs to nobody. */
  load(
    messages: Iterable<readonly [string, Uint8Array]>,
    queued: Iterable<readonly [string, Uint8Array]>,
    clientOf: (session: number) => string | undefined,
  ): { readonly last: number; readonly lost: readonly RecordChange[] } {
    const known = new Map<number, Message>();
    for (const [key, value] of messages) known.set(Number(key), readMessage(key, value));
    const lost: RecordChange[] = [];
    const found: { readonly clientId: string; readonly session: number; readonly packet: Queued }[] = [];
    for (const [key, value] of queued) {
      const read = readQueued(key, value, known);
      const clientId = read && clientOf(read.session);
      if (!read || clientId === undefined) lost.push(dropped(recordKinds.queued, key));
      else found.push({ clientId, ...read });
    }
    found.sort((one, other) => one.packet.number - other.packet.number);
    for (const { clientId, session, packet } of found) this.#append(clientId, session, packet);
    for (const message of known.values()) {
      if (message.holders === 0) lost.push(dropped(recordKinds.message, `${message.number}`));
    }
    return { last: found.at(-1)?.packet.number ?? 0, lost };
  }

  *records(): Iterable<RecordChange> {
    const messages = new Set<Message>();
    for (const { session, packets } of this.#queues.values()) {
      for (const packet of packets.values()) {
        yield queuedRecord(session, packet);
        if (packet.message) messages.add(packet.message);
      }
    }
    for (const message of messages) yield messageRecord(message);
  }

  #put(clientId: string, packet: Queued, changes: RecordChange[]): void {
    const session = this.#host.numberOf(clientId);
    if (session === undefined) return;
    const queue = this.#queues.get(clientId);
    const size = sizeOf(packet);
    if (!this.#fits(clientId, queue, size) || !this.#makeRoom(queue, size, changes)) {
      this.#dropping(clientId, queue);
      return;
    }
    this.#append(clientId, session, packet);
    changes.push(queuedRecord(session, packet));
  }

  #append(clientId: string, session: number, packet: Queued): void {
    const queue = this.#queues.get(clientId) ?? newQueue(session);
    this.#queues.set(clientId, queue);
    queue.packets.set(packet.number, packet);
    if (packet.messageId !== undefined) queue.sent.set(packet.messageId, packet.number);
    if (packet.message) packet.message.holders++;
    this.#count(queue, sizeOf(packet));
  }

  /** The first message fits, whatever its size. */
  #fits(clientId: string, queue: Queue | undefined, size: number): boolean {
    if (!queue) return true;
    const tooLarge = queue.bytes + size > this.#bounds.sessionBytes;
    if (!this.#host.isConnected(clientId)) return !tooLarge && queue.packets.size < this.#bounds.messages;
    if (tooLarge) this.#host.cut(clientId);
    return !tooLarge;
  }

  #makeRoom(queue: Queue | undefined, size: number, changes: RecordChange[]): boolean {
    while (this.#bytes + size > this.#bounds.bytes) {
      const [clientId, largest] = this.#largest() ?? [];
      const [oldest] = largest?.packets.keys() ?? [];
      if (clientId === undefined || oldest === undefined || largest === queue) return false;
      this.#dropping(clientId, largest);
      changes.push(...this.#remove(clientId, oldest));
    }
    return true;
  }

  #largest(): readonly [clientId: string, queue: Queue] | undefined {
    let largest: readonly [string, Queue] | undefined;
    for (const entry of this.#queues) if (entry[1].bytes > (largest?.[1].bytes ?? 0)) largest = entry;
    return largest;
  }

  #remove(clientId: string, number: number): readonly RecordChange[] {
    const queue = this.#queues.get(clientId);
    const packet = queue?.packets.get(number);
    if (!queue || !packet) return [];
    queue.packets.delete(number);
    if (packet.messageId !== undefined) queue.sent.delete(packet.messageId);
    this.#count(queue, -sizeOf(packet));
    if (queue.packets.size === 0) this.#queues.delete(clientId);
    return [queuedDropped(queue.session, number), ...letGo(packet.message)];
  }

  #count(queue: Queue, bytes: number): void {
    queue.bytes += bytes;
    this.#bytes += bytes;
  }

  #dropping(clientId: string, queue: Queue | undefined): void {
    if (!queue?.told) this.#host.dropping(clientId);
    if (queue) queue.told = true;
  }
}

function newQueue(session: number): Queue {
  return { session, packets: new Map(), sent: new Map(), bytes: 0, told: false };
}

/** The highest QoS that each client was granted; its filters may overlap. */
function highest(takers: readonly Taker[]): ReadonlyMap<string, number> {
  const granted = new Map<string, number>();
  for (const { clientId, qos } of takers) granted.set(clientId, Math.max(qos, granted.get(clientId) ?? 0));
  return granted;
}
