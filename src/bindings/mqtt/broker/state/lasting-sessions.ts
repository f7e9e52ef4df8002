import type { Principal } from '../../../../contracts/access.ts';
import type { Clock } from '../../../../contracts/clock.ts';
import type { RecordChange } from '../../../../contracts/stores.ts';
import { dropped, recordKinds } from './record-kinds.ts';
import type { StoredRecord } from './stored-records.ts';

/** How many sessions may outlive their connection, and for how many ms. */
export interface SessionBounds {
  readonly sessions: number;
  readonly absence: number;
}

/** A session that outlives its connection. */
export interface Session {
  readonly clientId: string;
  /** Its short name in the records of what belongs to it. */
  readonly number: number;
  /** Whose it is; with the roles of when it was last connected. */
  readonly principal?: Principal;
  /** Whether the client that connected last found it here. */
  readonly resumed: boolean;
  /** Milliseconds since 1970; undefined while it is connected. */
  readonly absentSince: number | undefined;
}

export interface SessionHost {
  isConnected(clientId: string): boolean;
  /** It is new, or its client came or went. */
  changed(session: Session): void;
  /** Drops all that is kept for a session. */
  forget(session: Session): void;
}

/** Knows the sessions that outlive their connection; where they are too many, one that is absent is forgotten. */
export class LastingSessions {
  readonly #bounds: SessionBounds;
  readonly #clock: Clock;
  readonly #host: SessionHost;
  /** Who came or went last stands last. */
  readonly #sessions = new Map<string, Session>();
  #lastNumber = 0;

  constructor(bounds: SessionBounds, clock: Clock, host: SessionHost) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#host = host;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  /** Takes a client that connects; false where all sessions are in use. */
  admit(clientId: string, clean: boolean, principal?: Principal): boolean {
    if (clean) this.#drop(clientId);
    const identity = principal !== undefined && { principal };
    if (clean || this.#touch(clientId, { resumed: true, ...identity })) return true;
    if (this.#sessions.size >= this.#bounds.sessions) {
      const dispensable = this.#dispensable(principal);
      if (dispensable === undefined) return false;
      this.#drop(dispensable);
    }
    this.#sessions.set(clientId, {
      clientId,
      number: ++this.#lastNumber,
      ...identity,
      resumed: false,
      absentSince: this.#clock.now(),
    });
    return true;
  }

  /** Notes that an admitted client is connected. */
  came(clientId: string): void {
    this.#touch(clientId, { absentSince: undefined });
  }

  /** Notes that a client's connection ended. */
  left(clientId: string): void {
    this.#touch(clientId, { absentSince: this.#clock.now() });
  }

  /** Forgets those that were away too long. */
  expire(): void {
    const before = this.#clock.now() - this.#bounds.absence;
    for (const [clientId, { absentSince }] of this.#sessions) {
      const tooLong = absentSince !== undefined && absentSince <= before;
      if (tooLong && !this.#host.isConnected(clientId)) this.#drop(clientId);
    }
  }

  /** Takes what an earlier broker kept; who was connected when that ended is absent since now. */
  load(records: Iterable<StoredRecord>): void {
    const now = this.#clock.now();
    const sessions = [...records].map(([clientId, value]): Session & { absentSince: number } => {
      const { absentSince = now, ...kept } = JSON.parse(value.toString());
      return { ...kept, clientId, absentSince, resumed: false };
    });
    sessions.sort((one, other) => one.absentSince - other.absentSince);
    for (const session of sessions) {
      this.#lastNumber = Math.max(this.#lastNumber, session.number);
      this.#sessions.set(session.clientId, session);
    }
  }

  *records(): Iterable<RecordChange> {
    for (const session of this.#sessions.values()) yield sessionRecord(session);
  }

  /** Of who has most sessions, and no fewer than the newcomer, the one absent longest: nobody crowds out the others. */
  #dispensable(newcomer: Principal | undefined): string | undefined {
    const counts = new Map<string | undefined, number>();
    const countOf = (principal: Principal | undefined) => counts.get(principal?.name) ?? 0;
    for (const { principal } of this) counts.set(principal?.name, countOf(principal) + 1);
    let most = countOf(newcomer) - 1;
    let found: string | undefined;
    for (const { clientId, principal } of this) {
      if (countOf(principal) <= most || this.#host.isConnected(clientId)) continue;
      most = countOf(principal);
      found = clientId;
    }
    return found;
  }

  #touch(clientId: string, change: Partial<Session>): boolean {
    const session = this.#sessions.get(clientId);
    if (!session) return false;
    const changed = { ...session, ...change };
    this.#sessions.delete(clientId);
    this.#sessions.set(clientId, changed);
    if ('absentSince' in change) this.#host.changed(changed);
    return true;
  }

  #drop(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (!session) return;
    this.#sessions.delete(clientId);
    this.#host.forget(session);
  }
}

/** A session as it is kept. */
export function sessionRecord({ clientId, number, principal, absentSince }: Session): RecordChange {
  const value = Buffer.from(JSON.stringify({ number, principal, absentSince }));
  return { kind: recordKinds.session, key: clientId, value };
}

/** What drops a session's record. */
export function sessionDropped({ clientId }: Session): RecordChange {
  return dropped(recordKinds.session, clientId);
}
