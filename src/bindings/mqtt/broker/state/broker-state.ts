import type { Clock } from '../../../../contracts/clock.ts';
import type { Logger } from '../../../../contracts/logger.ts';
import type { RecordChange, RecordStore } from '../../../../contracts/stores.ts';
import { type IncomingBounds, IncomingIds } from './incoming-ids.ts';
import { Journal } from './journal.ts';
import {
  LastingSessions,
  type Session,
  type SessionBounds,
  sessionDropped,
  sessionRecord,
} from './lasting-sessions.ts';
import { type RecordKind, recordKinds } from './record-kinds.ts';
import { type RetainedBounds, RetainedMessages } from './retained-messages.ts';
import { type QueueBounds, SessionQueues } from './session-queues.ts';
import { SessionSubscriptions, type SubscriptionIndex } from './session-subscriptions.ts';
import { storedRecords } from './stored-records.ts';

/** What the state of a broker may hold. */
export interface StateBounds extends SessionBounds, RetainedBounds {
  readonly incoming: IncomingBounds;
  readonly queues: QueueBounds;
}

export interface StateOptions {
  readonly bounds: StateBounds;
  /** Where is kept what is to survive. */
  readonly records: RecordStore;
  readonly index: SubscriptionIndex;
  readonly clock: Clock;
  readonly logger: Logger;
  isConnected(clientId: string): boolean;
  /** Ends a client's connection. */
  cut(clientId: string, reason: Error): void;
}

/**
 * What a broker keeps of its clients: sessions with their subscriptions, queues and QoS 2 handshakes, and retained
 * messages. All is in memory, within bounds, and each change is written down.
 */
export class BrokerState {
  readonly journal: Journal;
  readonly sessions: LastingSessions;
  readonly subscriptions: SessionSubscriptions;
  readonly queues: SessionQueues;
  readonly incoming: IncomingIds;
  readonly retained: RetainedMessages;
  readonly #options: StateOptions;
  /** Sessions whose end is being written, by client. */
  readonly #forgetting = new Map<string, Promise<void>>();

  constructor(options: StateOptions) {
    const { bounds, records, index, clock, logger, isConnected, cut } = options;
    this.#options = options;
    this.journal = new Journal({ records, clock, logger, kept: () => this.#kept() });
    this.sessions = new LastingSessions(bounds, clock, {
      isConnected,
      changed: (session) => void this.journal.change([sessionRecord(session)]),
      forget: (session) => this.#forget(session),
    });
    this.subscriptions = new SessionSubscriptions(index);
    this.queues = new SessionQueues(bounds.queues, {
      isConnected,
      numberOf: (clientId) => this.sessions.get(clientId)?.number,
      cut: (clientId) => cut(clientId, new Error('the subscriber acknowledges too little')),
      dropping: (clientId) =>
        logger.warn('The queue of an absent MQTT client is full; messages for it are dropped', { clientId }),
    });
    this.incoming = new IncomingIds(bounds.incoming);
    this.retained = new RetainedMessages(bounds);
  }

  /** Takes what an earlier broker has left; gives the number of its last message. */
  load(): number {
    const damaged: RecordChange[] = [];
    const stored = (kind: RecordKind) => storedRecords(this.#options.records, kind, damaged);
    this.sessions.load(stored(recordKinds.session));
    const clients = new Map([...this.sessions].map(({ number, clientId }) => [number, clientId]));
    const clientOf = (session: number) => clients.get(session);
    this.retained.load(stored(recordKinds.retained));
    const messages = stored(recordKinds.message);
    const { last, lost } = this.queues.load(messages, stored(recordKinds.queued), clientOf);
    const subscriptions = this.subscriptions.load(stored(recordKinds.subscription), clientOf);
    const incoming = this.incoming.load(stored(recordKinds.incoming), clientOf);
    this.#warn(damaged);
    void this.journal.change([...damaged, ...lost, ...subscriptions, ...incoming]);
    return last;
  }

  /** Resolves when an earlier session of this client is gone for good. */
  async forgotten(clientId: string): Promise<void> {
    await this.#forgetting.get(clientId);
  }

  #forget(session: Session): void {
    const { clientId, number } = session;
    const written = this.journal.change([
      sessionDropped(session),
      ...this.subscriptions.forget(session),
      ...this.queues.forget(clientId),
      ...this.incoming.forget(clientId, number),
    ]);
    const settled = () => this.#forgetting.delete(clientId);
    this.#forgetting.set(clientId, written);
    written.then(settled, settled);
  }

  #warn(damaged: readonly RecordChange[]): void {
    const [first] = damaged;
    if (!first) return;
    const message =
      'Damaged records of the MQTT broker are dropped, and what clients had there is lost; check the disk';
    const { kind, key } = first;
    this.#options.logger.warn(message, { records: damaged.length, kind, key });
  }

  *#kept(): Iterable<RecordChange> {
    const numberOf = (clientId: string) => this.sessions.get(clientId)?.number;
    yield* this.sessions.records();
    yield* this.subscriptions.records(numberOf);
    yield* this.queues.records();
    yield* this.incoming.records(numberOf);
    yield* this.retained.records();
  }
}
