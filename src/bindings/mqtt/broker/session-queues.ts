import { Readable } from 'node:stream';

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
  /** Ends the connection of a client that acknowledges too little. */
  cut(clientId: string): void;
  /** Messages of this session are dropped; told once until its queue is empty again. */
  dropping(clientId: string): void;
}

interface Subscription {
  readonly clientId: string;
}

/** A message, or the PUBREL that took its place (MQTT 3.1.1 section 4.3.3). */
interface Packet {
  readonly cmd?: string;
  readonly brokerCounter?: number;
  readonly messageId?: number;
  readonly topic?: string;
  readonly payload?: string | Uint8Array;
}

interface Queue {
  /** By the number that the broker gave each message, oldest first. */
  readonly packets: Map<number, { readonly packet: Packet; readonly size: number }>;
  /** Those numbers by packet identifier. */
  readonly sent: Map<number, number>;
  bytes: number;
  told: boolean;
}

/** What a message takes beside its topic and payload, about. */
const overhead = 200;

/** The outgoing half of aedes' persistence (package aedes-persistence), within bounds. */
export class SessionQueues {
  readonly #bounds: QueueBounds;
  readonly #host: QueueHost;
  readonly #queues = new Map<string, Queue>();
  #bytes = 0;

  constructor(bounds: QueueBounds, host: QueueHost) {
    this.#bounds = bounds;
    this.#host = host;
  }

  /** Takes the place of what a persistence has for outgoing messages. */
  attach(persistence: object): void {
    Object.assign(persistence, {
      outgoingEnqueue: this.outgoingEnqueue.bind(this),
      outgoingEnqueueCombi: this.outgoingEnqueueCombi.bind(this),
      outgoingUpdate: this.outgoingUpdate.bind(this),
      outgoingClearMessageId: this.outgoingClearMessageId.bind(this),
      outgoingStream: this.outgoingStream.bind(this),
    });
  }

  async outgoingEnqueue({ clientId }: Subscription, packet: Packet): Promise<void> {
    const queue = this.#queues.get(clientId) ?? newQueue();
    const size = sizeOf(packet);
    if (!this.#fits(clientId, queue, size) || !this.#makeRoom(clientId, queue, size)) {
      this.#dropping(clientId, queue);
      return;
    }
    this.#queues.set(clientId, queue);
    queue.packets.set(packet.brokerCounter ?? 0, { packet: { ...packet }, size });
    queue.bytes += size;
    this.#bytes += size;
  }

  async outgoingEnqueueCombi(subscriptions: readonly Subscription[], packet: Packet): Promise<void> {
    for (const subscription of subscriptions) await this.outgoingEnqueue(subscription, packet);
  }

  /** Notes the identifier under which a message was sent, or the PUBREL that follows it. */
  async outgoingUpdate({ id }: { readonly id: string }, packet: Packet): Promise<void> {
    const queue = this.#queues.get(id);
    const { messageId = 0, brokerCounter = 0 } = packet;
    const released = packet.cmd === 'pubrel';
    const number = released ? (queue?.sent.get(messageId) ?? 0) : brokerCounter;
    const stored = queue?.packets.get(number);
    if (!queue || !stored) throw new Error('no such packet');
    const next = released ? packet : { ...stored.packet, messageId };
    queue.packets.set(number, { packet: next, size: stored.size });
    queue.sent.set(messageId, number);
  }

  async outgoingClearMessageId(
    { id }: { readonly id: string },
    { messageId = 0 }: Packet,
  ): Promise<Packet | undefined> {
    const number = this.#queues.get(id)?.sent.get(messageId);
    return number === undefined ? undefined : this.#remove(id, number);
  }

  outgoingStream({ id }: { readonly id: string }): Readable {
    return Readable.from([...(this.#queues.get(id)?.packets.values() ?? [])].map(({ packet }) => packet));
  }

  /** Drops all that waits for a session. */
  forget(clientId: string): void {
    this.#bytes -= this.#queues.get(clientId)?.bytes ?? 0;
    this.#queues.delete(clientId);
  }

  /** The first message fits, whatever its size. */
  #fits(clientId: string, { packets, bytes }: Queue, size: number): boolean {
    const tooLarge = packets.size > 0 && bytes + size > this.#bounds.sessionBytes;
    if (!this.#host.isConnected(clientId)) return !tooLarge && packets.size < this.#bounds.messages;
    if (tooLarge) this.#host.cut(clientId);
    return !tooLarge;
  }

  #makeRoom(clientId: string, queue: Queue, size: number): boolean {
    while (this.#bytes + size > this.#bounds.bytes) {
      let [largestId, largest] = [clientId, queue];
      for (const [id, other] of this.#queues)
        if (other.bytes > largest.bytes) [largestId, largest] = [id, other];
      const [oldest] = largest.packets.keys();
      if (largest === queue || oldest === undefined) return false;
      this.#dropping(largestId, largest);
      this.#remove(largestId, oldest);
    }
    return true;
  }

  #remove(clientId: string, number: number): Packet | undefined {
    const queue = this.#queues.get(clientId);
    const stored = queue?.packets.get(number);
    if (!queue || !stored) return undefined;
    queue.packets.delete(number);
    if (stored.packet.messageId !== undefined) queue.sent.delete(stored.packet.messageId);
    queue.bytes -= stored.size;
    this.#bytes -= stored.size;
    if (queue.packets.size === 0) this.#queues.delete(clientId);
    return stored.packet;
  }

  #dropping(clientId: string, queue: Queue): void {
    if (!queue.told) this.#host.dropping(clientId);
    queue.told = true;
  }
}

function newQueue(): Queue {
  return { packets: new Map(), sent: new Map(), bytes: 0, told: false };
}

function sizeOf({ topic = '', payload = '' }: Packet): number {
  return overhead + topic.length + payload.length;
}
