import type { RecordChange } from '../../../../contracts/stores.ts';
import { LargestQueue } from './largest-queue.ts';
import { ownBytes } from './own-bytes.ts';
import {
  type Message,
  messageRecord,
  type NumberedMessage,
  type Queued,
  readQueues,
  sizeOf,
  type Taker,
} from './queued-messages.ts';
import { SessionQueue } from './session-queue.ts';
import type { StoredRecord } from './stored-records.ts';

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

/** The messages that sessions have not acknowledged, within bounds. */
export class SessionQueues {
  readonly #bounds: QueueBounds;
  readonly #host: QueueHost;
  readonly #queues = new Map<string, SessionQueue>();
  readonly #largest = new LargestQueue(this.#queues);
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
    return this.#queues.get(clientId)?.numberOf(messageId) !== undefined;
  }

  /** Notes the identifier under which a message is sent; gives what that changes. Throws where it does not wait any more. */
  sent(clientId: string, number: number, messageId: number): readonly RecordChange[] {
    const queue = this.#queues.get(clientId);
    if (!queue) throw new Error('the message is no longer queued');
    return queue.send(number, messageId);
  }

  /** Puts a PUBREL in the place of the message with this identifier; gives what that changes. */
  released(clientId: string, messageId: number): readonly RecordChange[] {
    return this.#change(clientId, (queue) => queue.release(messageId));
  }

  /** Removes what was sent under this identifier; gives what that changes. */
  acknowledged(clientId: string, messageId: number): readonly RecordChange[] {
    const number = this.#queues.get(clientId)?.numberOf(messageId);
    return number === undefined ? [] : this.remove(clientId, number);
  }

  /** Removes what waits under this number; gives what that changes. */
  remove(clientId: string, number: number): readonly RecordChange[] {
    return this.#change(clientId, (queue) => queue.remove(number));
  }

  /** Drops all that waits for a session; gives what that changes. */
  forget(clientId: string): readonly RecordChange[] {
    const numbers = [...(this.#queues.get(clientId)?.packets.keys() ?? [])];
    return numbers.flatMap((number) => this.remove(clientId, number));
  }

  /** Takes what an earlier broker kept; gives the highest number, and the changes that drop what belongs to nobody. */
  load(
    messages: Iterable<StoredRecord>,
    queued: Iterable<StoredRecord>,
    clientOf: (session: number) => string | undefined,
  ): { readonly last: number; readonly lost: readonly RecordChange[] } {
    const { found, lost } = readQueues(messages, queued, clientOf);
    for (const { clientId, session, packet } of found) this.#append(clientId, session, packet);
    return { last: found.at(-1)?.packet.number ?? 0, lost };
  }

  *records(): Iterable<RecordChange> {
    const messages = new Set<Message>();
    for (const queue of this.#queues.values()) {
      yield* queue.records();
      for (const { message } of queue.packets.values()) if (message) messages.add(message);
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
    changes.push(...this.#append(clientId, session, packet));
  }

  #append(clientId: string, session: number, packet: Queued): readonly RecordChange[] {
    if (!this.#queues.has(clientId)) this.#queues.set(clientId, new SessionQueue(session));
    return this.#change(clientId, (queue) => queue.append(packet));
  }

  /** The first message fits, whatever its size. */
  #fits(clientId: string, queue: SessionQueue | undefined, size: number): boolean {
    if (!queue) return true;
    const tooLarge = queue.bytes + size > this.#bounds.sessionBytes;
    if (!this.#host.isConnected(clientId)) return !tooLarge && queue.packets.size < this.#bounds.messages;
    if (tooLarge) this.#host.cut(clientId);
    return !tooLarge;
  }

  #makeRoom(queue: SessionQueue | undefined, size: number, changes: RecordChange[]): boolean {
    while (this.#bytes + size > this.#bounds.bytes) {
      const [clientId, largest] = this.#largest.find() ?? [];
      const [oldest] = largest?.packets.keys() ?? [];
      if (clientId === undefined || !largest || oldest === undefined) return false;
      if (largest === queue || (queue && queue.bytes > largest.bytes)) return false;
      this.#dropping(clientId, largest);
      changes.push(...this.remove(clientId, oldest));
    }
    return true;
  }

  #change(
    clientId: string,
    change: (queue: SessionQueue) => readonly RecordChange[],
  ): readonly RecordChange[] {
    const queue = this.#queues.get(clientId);
    if (!queue) return [];
    const before = queue.bytes;
    const changes = change(queue);
    this.#bytes += queue.bytes - before;
    this.#largest.changed(queue);
    if (queue.packets.size === 0) this.#queues.delete(clientId);
    return changes;
  }

  #dropping(clientId: string, queue: SessionQueue | undefined): void {
    if (!queue?.told) this.#host.dropping(clientId);
    if (queue) queue.told = true;
  }
}

/** The highest QoS that each client was granted; its filters may overlap. */
function highest(takers: readonly Taker[]): ReadonlyMap<string, number> {
  const granted = new Map<string, number>();
  for (const { clientId, qos } of takers) granted.set(clientId, Math.max(qos, granted.get(clientId) ?? 0));
  return granted;
}
