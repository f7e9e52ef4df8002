import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { RecordChange } from '../../../../contracts/stores.ts';
import { filterPattern } from '../../../../td/topic-filter.ts';
import { ownBytes } from './own-bytes.ts';
import { dropped, recordKinds } from './record-kinds.ts';
import type { StoredRecord } from './stored-records.ts';

/** How many messages clients may have retained, and the bytes of their topics and payloads. */
export interface RetainedBounds {
  readonly retained: number;
  readonly retainedBytes: number;
}

/** A message to retain; an empty one clears its topic. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
}

interface Retained {
  readonly payload: Buffer;
  readonly qos: number;
  /** A client's: it counts and is kept. The servient's own are published anew when it starts. */
  readonly isClients: boolean;
}

/** What is retained: by clients within bounds, by the servient without. */
export class RetainedMessages {
  readonly #bounds: RetainedBounds;
  readonly #messages = new Map<string, Retained>();
  #number = 0;
  #bytes = 0;

  constructor(bounds: RetainedBounds) {
    this.#bounds = bounds;
  }

  /** How many there are. */
  get size(): number {
    return this.#messages.size;
  }

  /** Takes a message; gives what that changes. Throws where a client's does not fit. */
  store({ topic, payload, qos }: RetainedMessage, isClients: boolean): readonly RecordChange[] {
    const next = { payload: ownBytes(payload), qos, isClients };
    const before = this.#messages.get(topic);
    if (before) this.#count(topic, before, -1);
    if (payload.length === 0) {
      this.#messages.delete(topic);
    } else if (isClients && !this.#fits(topic, next)) {
      if (before) this.#count(topic, before, 1);
      throw new Error('too much is retained');
    } else {
      this.#add(topic, next);
      if (isClients) return [retainedRecord(topic, next)];
    }
    return before?.isClients ? [dropped(recordKinds.retained, topic)] : [];
  }

  /** What is retained below any of the filters, as packets. */
  matching(filters: readonly string[]): Readable {
    return Readable.from(this.#matching(filters));
  }

  /** Takes what an earlier broker kept. */
  load(records: Iterable<StoredRecord>): void {
    for (const [topic, value] of records) {
      this.#add(topic, { payload: value.subarray(1), qos: value[0] ?? 0, isClients: true });
    }
  }

  *records(): Iterable<RecordChange> {
    for (const [topic, message] of this.#messages)
      if (message.isClients) yield retainedRecord(topic, message);
  }

  async *#matching(filters: readonly string[]) {
    let looked = 0;
    for (const filter of filters) {
      const pattern = filterPattern(filter);
      const topics = /[+#]/.test(filter) ? this.#messages.keys() : [filter];
      for (const topic of topics) {
        // A thousand filters and a hundred thousand topics take seconds, which are the others', too.
        if (++looked % 10_000 === 0) await setImmediate();
        const message = pattern.test(topic) ? this.#messages.get(topic) : undefined;
        if (!message) continue;
        yield { cmd: 'publish', topic, payload: message.payload, qos: message.qos, retain: true };
      }
    }
  }

  #fits(topic: string, message: Retained): boolean {
    const { retained, retainedBytes } = this.#bounds;
    return this.#number < retained && this.#bytes + sizeOf(topic, message) <= retainedBytes;
  }

  #add(topic: string, message: Retained): void {
    this.#messages.set(topic, message);
    this.#count(topic, message, 1);
  }

  #count(topic: string, message: Retained, sign: 1 | -1): void {
    if (!message.isClients) return;
    this.#number += sign;
    this.#bytes += sign * sizeOf(topic, message);
  }
}

function sizeOf(topic: string, { payload }: Retained): number {
  return Buffer.byteLength(topic) + payload.length;
}

/** A message as it is kept: the QoS before the payload. */
function retainedRecord(topic: string, { qos, payload }: Retained): RecordChange {
  return { kind: recordKinds.retained, key: topic, value: Buffer.concat([Uint8Array.of(qos), payload]) };
}
