import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import type { Principal } from '../../../contracts/access.ts';
import type { Clock } from '../../../contracts/clock.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { portInUse } from '../../../security/bind-address.ts';
import { type BrokerBounds, brokerGuard, type GuardOptions } from './broker-guard.ts';
import { guardedConnection } from './guarded-connection.ts';
import { boundIncoming, type Incoming, type IncomingBounds } from './incoming-bounds.ts';
import { LastingSessions, type SessionBounds } from './lasting-sessions.ts';
import { keepPublishOrder } from './publish-order.ts';
import { type QueueBounds, SessionQueues } from './session-queues.ts';

const connections = 1024;
const mebibyte = 1024 * 1024;
const hour = 60 * 60 * 1000;
const defaultBounds: Bounds = {
  sessions: 1000,
  absence: 24 * hour,
  subscriptions: 1000,
  retained: 100_000,
  retainedBytes: 64 * mebibyte,
  backlog: 8 * mebibyte,
  incoming: { clientBytes: 4 * mebibyte, bytes: 64 * mebibyte },
  queues: { messages: 1000, sessionBytes: 8 * mebibyte, bytes: 64 * mebibyte },
};

/** All that the clients of a broker may hold. */
export interface Bounds extends BrokerBounds, SessionBounds {
  readonly incoming: IncomingBounds;
  readonly queues: QueueBounds;
}

export interface BrokerOptions extends Pick<GuardOptions, 'mayPublish' | 'authenticate'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Bytes of one packet after its fixed header. */
  readonly maxPacket: number;
  readonly bounds?: Partial<Bounds>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A message of the servient itself, or for it. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The client that published it. */
  readonly principal?: Principal;
}

/** An MQTT 3.1.1 broker in this process. */
export interface EmbeddedBroker {
  readonly port: number;
  /** Publishes past the guard; calls `done` when the subscribers' queues have it. */
  publish(message: BrokerMessage, done: () => void): void;
  /** Has `take` called with what comes in at a filter, once for each filter that matches; the returned function ends it. */
  subscribe(filter: string, take: (message: BrokerMessage) => void): () => void;
  stop(): Promise<void>;
}

/** Listens behind the guard; rejects with WotError `unavailable` ADDRESS_IN_USE. */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { aedes, sessions } = await guardedBroker(options);
  const expiry = options.clock.every(hour, () => sessions.expire());
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(guardedConnection(socket, options.maxPacket));
  });
  server.maxConnections = connections;
  try {
    await listen(server, options);
  } catch (error) {
    expiry.cancel();
    await closeBroker(aedes);
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    publish: (message, done) => aedes.publish({ cmd: 'publish', dup: false, ...message }, () => done()),
    subscribe(filter, take) {
      const deliver = ({ topic, payload, qos, retain }: AedesPublishPacket, done: () => void) => {
        take({ topic, payload: Buffer.from(payload), qos, retain });
        done();
      };
      aedes.subscribe(filter, deliver, () => {});
      return () => aedes.unsubscribe(filter, deliver, () => {});
    },
    async stop() {
      expiry.cancel();
      const closed = once(server, 'close');
      server.close();
      await closeBroker(aedes);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The part of aedes' persistence that holds what belongs to a session. */
interface Persistence extends Incoming {
  cleanSubscriptions(client: { readonly id: string }): Promise<void>;
}

async function guardedBroker(options: BrokerOptions): Promise<{ aedes: Aedes; sessions: LastingSessions }> {
  const { logger, clock } = options;
  const bounds = { ...defaultBounds, ...options.bounds };
  const clientOf = (id: string): Client | undefined => clientsOf(aedes)[id];
  const isConnected = (id: string) => clientOf(id) !== undefined;
  const sessions = new LastingSessions(bounds, clock, {
    isConnected,
    forget(id) {
      queues.forget(id);
      const forgotten = [persistence.cleanSubscriptions({ id }), persistence.cleanIncoming({ id })];
      Promise.all(forgotten).catch((error) => logger.error('An MQTT session was not forgotten', { error }));
    },
  });
  const queues = new SessionQueues(bounds.queues, {
    isConnected,
    cut: (id) => clientOf(id)?.conn.destroy(new Error('the subscriber acknowledges too little')),
    dropping: (clientId) =>
      logger.warn('The queue of an absent MQTT client is full; messages for it are dropped', { clientId }),
  });
  const aedes = await Aedes.createBroker({
    ...brokerGuard({ ...options, bounds, admit: (id, clean) => sessions.admit(id, clean) }),
    // No bound on deliveries under way: a slow subscriber must not hold up the others.
    concurrency: 0,
    drainTimeout: 10_000,
    connectTimeout: 10_000,
  });
  const { persistence } = aedes as unknown as { readonly persistence: Persistence };
  boundIncoming(persistence, bounds.incoming);
  queues.attach(persistence);
  keepPublishOrder(aedes);
  logFailures(aedes, logger);
  aedes.on('clientDisconnect', ({ id }) => sessions.left(id));
  return { aedes, sessions };
}

async function listen(server: Server, { host, port }: BrokerOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'EADDRINUSE') throw portInUse('MQTT', host, port, cause);
    const message = `The MQTT broker cannot listen on ${host} port ${port}; choose another address or port.`;
    throw new WotError('unavailable', 'ADDRESS_UNUSABLE', message, { cause });
  }
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

/** Untyped in aedes. */
function clientsOf(aedes: Aedes): Readonly<Record<string, Client | undefined>> {
  return (aedes as unknown as { readonly clients: Readonly<Record<string, Client | undefined>> }).clients;
}

function closeBroker(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(() => resolve()));
}
