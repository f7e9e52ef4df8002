import { Aedes, type Client } from 'aedes';
import type { Principal } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';
import type { Logger } from '../../../contracts/logger.ts';
import type { RecordStore } from '../../../contracts/stores.ts';
import { durablePersistence, type PersistenceParts } from './delivery/durable-persistence.ts';
import { PublishOrder } from './delivery/publish-order.ts';
import { SessionDelivery } from './delivery/session-delivery.ts';
import { statefulHooks } from './delivery/stateful-hooks.ts';
import { ClientIdentities } from './guard/client-identities.ts';
import { type GuardBounds, type GuardOptions, guardHooks, maxTopicLevels } from './guard/guard-hooks.ts';
import { BrokerState, type StateBounds } from './state/broker-state.ts';
import type { SubscriptionIndex } from './state/session-subscriptions.ts';

const mebibyte = 1024 * 1024;
const hour = 60 * 60 * 1000;
const defaultBounds: BrokerBounds = {
  sessions: 1000,
  absence: 24 * hour,
  subscriptions: 1000,
  allSubscriptions: 200_000,
  retained: 100_000,
  retainedBytes: 64 * mebibyte,
  backlog: 8 * mebibyte,
  allBacklogs: 256 * mebibyte,
  incoming: { client: 2000, all: 200_000 },
  queues: { messages: 1000, sessionBytes: 8 * mebibyte, bytes: 64 * mebibyte },
};

/** All that the clients of a broker may hold. */
export interface BrokerBounds extends GuardBounds, StateBounds {}

export interface GuardedOptions extends Pick<GuardOptions, 'access' | 'answer' | 'authenticate'> {
  readonly bounds?: Partial<BrokerBounds>;
  /** Where sessions and retained messages are kept. */
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A broker without its listeners. */
export interface GuardedBroker {
  readonly aedes: Aedes;
  readonly state: BrokerState;
  /** The client that published what is being delivered. */
  publisher(): Principal | undefined;
  /** What keeps it from storing what it must. */
  fault(): string | undefined;
  close(): Promise<void>;
}

/** The parts of aedes that its types leave out. */
interface Internals {
  readonly clients: Readonly<Record<string, Client | undefined>>;
  readonly persistence: SubscriptionIndex;
  readonly mq: {
    readonly _matcher: { remove(filter: string, listener: unknown): void };
    removeListener(filter: string, listener: unknown, done?: () => void): void;
  };
  /** The number of the last message. */
  counter: number;
}

/** aedes behind our guard, with its state in our hands. */
export async function guardedBroker(options: GuardedOptions): Promise<GuardedBroker> {
  const bounds = { ...defaultBounds, ...options.bounds };
  const aedes = new Aedes({
    // No bound on deliveries under way: a slow subscriber must not hold up the others.
    concurrency: 0,
    drainTimeout: 10_000,
    connectTimeout: 10_000,
    maxTopicLevels,
    // Packets that come at once with CONNECT (MQTT 3.1.1 section 3.1.4).
    queueLimit: 1000,
  });
  await aedes.listen();
  const parts = takeOver(aedes, { ...options, bounds });
  const { state, order } = parts;
  const { sessions, journal } = state;
  const identities = new ClientIdentities((id) => sessions.get(id)?.principal);
  const guard = guardHooks({
    ...options,
    bounds,
    lastingSubscriptions: state.subscriptions,
    identities,
    drop: (packet) => order.drop(packet),
    admit: (id, clean, principal) => sessions.admit(id, clean, principal),
  });
  Object.assign(aedes, guard, statefulHooks(guard, parts));
  aedes.on('client', ({ id }) => sessions.came(id));
  aedes.on('clientDisconnect', ({ id }) => sessions.left(id));
  logFailures(aedes, options.logger);
  const expiry = options.clock.every(hour, () => sessions.expire());
  return {
    aedes,
    state,
    publisher() {
      const client = order.turn?.client;
      return client ? identities.of(client)?.principal : undefined;
    },
    fault: () => journal.fault,
    async close() {
      expiry.cancel();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await journal.close();
    },
  };
}

/** Puts our own state, with what an earlier broker has left, in the place of what aedes keeps. */
function takeOver(
  aedes: Aedes,
  options: GuardedOptions & { readonly bounds: BrokerBounds },
): PersistenceParts {
  const internals = aedes as unknown as Internals;
  const { clients, persistence, mq } = internals;
  // At once, and not in the next turn: a SUBSCRIBE behind the UNSUBSCRIBE would pass for one that is there already.
  mq.removeListener = (filter, listener, done) => {
    mq._matcher.remove(filter, listener);
    done?.();
  };
  const cut = (clientId: string, reason: Error) => clients[clientId]?.conn.destroy(reason);
  const state = new BrokerState({
    ...options,
    index: indexOf(persistence),
    isConnected: (clientId) => clients[clientId] !== undefined,
    cut,
  });
  internals.counter = Math.max(internals.counter, state.load());
  const order = new PublishOrder(aedes);
  const delivery = new SessionDelivery(state.queues, state.journal);
  const parts = { state, order, delivery, cut, receiving: options.access.receiving };
  Object.assign(persistence, durablePersistence(parts));
  return parts;
}

/** aedes' own methods, which are replaced. */
function indexOf(persistence: SubscriptionIndex): SubscriptionIndex {
  return {
    addSubscriptions: persistence.addSubscriptions.bind(persistence),
    removeSubscriptions: persistence.removeSubscriptions.bind(persistence),
    cleanSubscriptions: persistence.cleanSubscriptions.bind(persistence),
  };
}

function logFailures(aedes: Aedes, logger: Logger): void {
  const log = (client: Client, error: Error) =>
    logger.debug('An MQTT connection was ended', { clientId: client.id, reason: error.message });
  aedes.on('clientError', log);
  aedes.on('connectionError', log);
  aedes.setMaxListeners(0);
  // Untyped in aedes; without a listener it would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error) => logger.error('The MQTT broker failed', { error }));
}
