import { Readable } from 'node:stream';
import type { AedesPublishPacket, Client } from 'aedes';
import type { Journal } from '../state/journal.ts';
import type { Queued } from '../state/queued-messages.ts';
import type { SessionQueues } from '../state/session-queues.ts';

/** A packet on its way to a client; aedes numbers them all. */
interface Outgoing {
  readonly cmd: string;
  readonly brokerCounter?: number;
  messageId?: number;
  qos?: number;
}

/** What aedes sets of a client: the next packet identifier. */
interface Numbering {
  _nextId: number;
}

/**
 * Hands sessions what waits for them, the outgoing half of aedes' persistence. A client that comes back gets all from
 * its queue, with what is published meanwhile, and only then messages as they are published: else those would overtake
 * the older ones, or come twice.
 */
export class SessionDelivery {
  readonly #queues: SessionQueues;
  readonly #journal: Journal;
  /** Clients that got all that waited, up to this number. */
  readonly #live = new WeakMap<Client, number>();
  /** The last that a client is being handed. */
  readonly #handing = new WeakMap<Client, { readonly number: number; handed(): void }>();

  constructor(queues: SessionQueues, journal: Journal) {
    this.#queues = queues;
    this.#journal = journal;
  }

  /** Whether a published message comes, or came, to this client from its queue. */
  comesFromQueue(client: Client, { qos, brokerCounter, messageId }: AedesPublishPacket): boolean {
    const isFromQueue = messageId !== undefined;
    if (client.clean || qos === 0 || isFromQueue) return false;
    const live = this.#live.get(client);
    if (live !== undefined) return brokerCounter <= live;
    return this.#queues.get(client.id, brokerCounter) !== undefined;
  }

  /** Whether a message is in no queue, as its subscription is being removed [MQTT-3.10.4-2]. */
  isUnsubscribed(client: Client, { qos, retain, brokerCounter, messageId }: AedesPublishPacket): boolean {
    const isQueued = !client.clean && qos > 0 && !retain && messageId === undefined;
    return isQueued && this.#queues.get(client.id, brokerCounter) === undefined;
  }

  /** What becomes of a message that the guard lets a client not have; null where aedes is to forget it. */
  withheld(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    // A client that is too slow was cut, and is to have it when it comes back.
    if (client.conn.destroyed) return packet.messageId === undefined ? null : packet;
    void this.#journal.change(this.#queues.remove(client.id, packet.brokerCounter));
    return null;
  }

  outgoingStream(client: Client): Readable {
    if (client.clean) return Readable.from([]);
    skipUsedIdentifiers(client as unknown as Numbering, (id) => this.#queues.isSent(client.id, id));
    return Readable.from(this.#waiting(client));
  }

  /** Notes the identifier under which a message is about to be sent, or the PUBREL that follows it. */
  async outgoingUpdate(client: Client, packet: Outgoing): Promise<void> {
    const { brokerCounter = 0, messageId = 0 } = packet;
    const handing = this.#handing.get(client);
    if (packet.cmd === 'pubrel') {
      // A retained message is in no queue: its PUBREC has nothing to change.
      await this.#journal.change(this.#queues.released(client.id, messageId));
    } else {
      const queued = this.#queues.get(client.id, brokerCounter);
      if (packet.qos === 0 && queued === undefined) return; // lowered to what was granted, so it waits in no queue
      packet.qos = queued?.qos ?? 0;
      const changes = this.#queues.sent(client.id, brokerCounter, messageId);
      if (changes.length > 0) await this.#journal.change(changes);
    }
    // It is sent as soon as this is resolved.
    if (handing?.number === brokerCounter) setImmediate(handing.handed);
  }

  async outgoingClearMessageId({ id }: Client, { messageId = 0 }: Outgoing): Promise<void> {
    void this.#journal.change(this.#queues.acknowledged(id, messageId));
  }

  async *#waiting(client: Client) {
    let last = 0;
    for (let handed: Promise<void> | undefined = Promise.resolve(); handed; ) {
      await handed;
      handed = undefined;
      for (const queued of this.#queues.waiting(client.id, last)) {
        const { promise, resolve } = Promise.withResolvers<void>();
        handed = promise;
        last = queued.number;
        this.#handing.set(client, { number: last, handed: resolve });
        yield packetOf(queued);
      }
    }
    this.#handing.delete(client);
    this.#live.set(client, last);
  }
}

function packetOf({ number, qos, message, messageId }: Queued) {
  if (!message) return { cmd: 'pubrel', brokerCounter: number, messageId };
  const { topic, payload } = message;
  const dup = messageId !== undefined; // [MQTT-3.3.1-1]
  return { cmd: 'publish', brokerCounter: number, topic, payload, qos, dup, retain: false, messageId };
}

/** Has aedes take no packet identifier that is in use: it begins anywhere with each connection [MQTT-2.3.1-4]. */
function skipUsedIdentifiers(client: Numbering, isUsed: (id: number) => boolean): void {
  let next = client._nextId;
  Object.defineProperty(client, '_nextId', {
    get() {
      while (isUsed(next)) next = (next % 65_535) + 1;
      return next;
    },
    set(id: number) {
      next = id;
    },
  });
}
