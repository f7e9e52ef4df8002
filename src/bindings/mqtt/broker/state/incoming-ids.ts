import type { RecordChange } from '../../../../contracts/stores.ts';
import { dropped, recordKinds, sessionKey, sessionKeyParts } from './record-kinds.ts';
import type { StoredRecord } from './stored-records.ts';

/** How many QoS 2 messages may wait for their release by their publishers (MQTT 3.1.1 section 4.3.3). */
export interface IncomingBounds {
  /** Of one client. */
  readonly client: number;
  readonly all: number;
}

/** The packet identifiers of QoS 2 messages that were passed on and not yet released: one that comes again is no new message. */
export class IncomingIds {
  readonly #bounds: IncomingBounds;
  readonly #ids = new Map<string, Set<number>>();
  #count = 0;

  constructor(bounds: IncomingBounds) {
    this.#bounds = bounds;
  }

  has(clientId: string, id: number): boolean {
    return this.#ids.get(clientId)?.has(id) === true;
  }

  /** Throws where they are too many, or it is there already, which ends the publisher's connection. */
  add(clientId: string, id: number): void {
    // aedes would take both for new where they come at once.
    if (this.has(clientId, id)) throw new Error('a packet identifier is in use');
    const own = this.#ids.get(clientId)?.size ?? 0;
    if (own >= this.#bounds.client || this.#count >= this.#bounds.all) {
      throw new Error('too many QoS 2 messages wait for their release');
    }
    this.#put(clientId, id);
  }

  remove(clientId: string, id: number): void {
    const own = this.#ids.get(clientId);
    if (!own?.delete(id)) return;
    this.#count--;
    if (own.size === 0) this.#ids.delete(clientId);
  }

  /** Drops those of a client; gives what that changes where it has a session of this number. */
  forget(clientId: string, session?: number): readonly RecordChange[] {
    const own = [...(this.#ids.get(clientId) ?? [])];
    this.#count -= own.length;
    this.#ids.delete(clientId);
    return session === undefined ? [] : own.map((id) => incomingDropped(session, id));
  }

  /** Takes what an earlier broker kept; gives the changes that drop what belongs to nobody. */
  load(
    records: Iterable<StoredRecord>,
    clientOf: (session: number) => string | undefined,
  ): readonly RecordChange[] {
    const lost: RecordChange[] = [];
    for (const [key] of records) {
      const [session, id] = sessionKeyParts(key);
      const clientId = clientOf(session);
      if (clientId === undefined) lost.push(dropped(recordKinds.incoming, key));
      else this.#put(clientId, Number(id));
    }
    return lost;
  }

  *records(numberOf: (clientId: string) => number | undefined): Iterable<RecordChange> {
    for (const [clientId, ids] of this.#ids) {
      const session = numberOf(clientId);
      if (session !== undefined) for (const id of ids) yield incomingRecord(session, id);
    }
  }

  #put(clientId: string, id: number): void {
    this.#ids.set(clientId, (this.#ids.get(clientId) ?? new Set()).add(id));
    this.#count++;
  }
}

/** A packet identifier as it is kept. */
export function incomingRecord(session: number, id: number): RecordChange {
  return { kind: recordKinds.incoming, key: sessionKey(session, id), value: new Uint8Array() };
}

/** What drops a packet identifier's record. */
export function incomingDropped(session: number, id: number): RecordChange {
  return dropped(recordKinds.incoming, sessionKey(session, id));
}
