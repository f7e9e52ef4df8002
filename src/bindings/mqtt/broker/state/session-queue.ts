import type { RecordChange } from '../../../../contracts/stores.ts';
import { letGo, type Queued, queuedDropped, queuedRecord, sizeOf } from './queued-messages.ts';

/** What waits for one session; its methods give the changes of records that they mean. */
export class SessionQueue {
  /** Whether it was told that messages are dropped. */
  told = false;
  readonly #session: number;
  /** By number, oldest first. */
  readonly #packets = new Map<number, Queued>();
  /** Numbers by packet identifier. */
  readonly #sent = new Map<number, number>();
  #bytes = 0;

  constructor(session: number) {
    this.#session = session;
  }

  /** By number, oldest first. */
  get packets(): ReadonlyMap<number, Queued> {
    return this.#packets;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of what was sent under this identifier. */
  numberOf(messageId: number): number | undefined {
    return this.#sent.get(messageId);
  }

  append(packet: Queued): readonly RecordChange[] {
    const { number, messageId, message } = packet;
    this.#packets.set(number, packet);
    if (messageId !== undefined) this.#sent.set(messageId, number);
    if (message) message.holders++;
    this.#bytes += sizeOf(packet);
    return [queuedRecord(this.#session, packet)];
  }

  /** Notes the identifier under which a message is sent. Throws where it does not wait any more. */
  send(number: number, messageId: number): readonly RecordChange[] {
    const queued = this.#packets.get(number);
    if (!queued) throw new Error('the message is no longer queued');
    if (queued.messageId === messageId) return [];
    const next = { ...queued, messageId };
    this.#packets.set(number, next);
    this.#sent.set(messageId, number);
    // Under another identifier a QoS 2 message would be another message; at QoS 1 that does no harm.
    return queued.qos === 2 ? [queuedRecord(this.#session, next)] : [];
  }

  /** Puts a PUBREL in the place of the message with this identifier. */
  release(messageId: number): readonly RecordChange[] {
    const queued = this.#packets.get(this.#sent.get(messageId) ?? 0);
    if (!queued?.message) return [];
    const next = { ...queued, message: undefined };
    this.#packets.set(queued.number, next);
    this.#bytes += sizeOf(next) - sizeOf(queued);
    return [queuedRecord(this.#session, next), ...letGo(queued.message)];
  }

  remove(number: number): readonly RecordChange[] {
    const packet = this.#packets.get(number);
    if (!packet) return [];
    this.#packets.delete(number);
    if (packet.messageId !== undefined) this.#sent.delete(packet.messageId);
    this.#bytes -= sizeOf(packet);
    return [queuedDropped(this.#session, number), ...letGo(packet.message)];
  }

  *records(): Iterable<RecordChange> {
    for (const packet of this.#packets.values()) yield queuedRecord(this.#session, packet);
  }
}
