import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex, duplexPair, pipeline } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { WotError } from '../../../contracts/errors.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { type BrokerBounds, brokerGuard, type GuardOptions } from './broker-guard.ts';
import { boundOfflineQueues, type QueueBounds } from './offline-queues.ts';
import { packetLimit } from './packet-limit.ts';
import { keepPublishOrder } from './publish-order.ts';

const connections = 1024;
const defaultBounds: BrokerBounds = {
  sessions: 1000,
  subscriptions: 1000,
  retained: 100_000,
  retainedBytes: 64 * 1024 * 1024,
  backlog: 8 * 1024 * 1024,
};
const defaultQueues: QueueBounds = { messages: 1000, bytes: 64 * 1024 * 1024 };

export interface BrokerOptions extends Pick<GuardOptions, 'ownId' | 'mayPublish' | 'authenticate'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Bytes of one packet after its fixed header. */
  readonly maxPacket: number;
  readonly bounds?: Partial<BrokerBounds>;
  readonly queues?: Partial<QueueBounds>;
  readonly logger: Logger;
}

/** An MQTT 3.1.1 broker in this process. */
export interface EmbeddedBroker {
  readonly port: number;
  /** The servient's own way in, past the guard. */
  connect(): Duplex;
  stop(): Promise<void>;
}

/** Listens behind the guard; rejects with WotError `unavailable` ADDRESS_IN_USE. */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { logger } = options;
  const own = new WeakSet<object>();
  const aedes = await Aedes.createBroker({
    ...brokerGuard({
      ...options,
      bounds: { ...defaultBounds, ...options.bounds },
      isOwn: ({ conn }) => own.has(conn),
    }),
    // No bound on deliveries under way: a slow subscriber must not hold up the others.
    concurrency: 0,
    drainTimeout: 10_000,
    connectTimeout: 10_000,
  });
  keepPublishOrder(aedes);
  boundOfflineQueues(aedes, { ...defaultQueues, ...options.queues }, (clientId) =>
    logger.warn('The queue of an absent MQTT client is full; messages for it are dropped', { clientId }),
  );
  logFailures(aedes, logger);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(guarded(socket, options.maxPacket));
  });
  server.maxConnections = connections;
  try {
    await listen(server, options);
  } catch (error) {
    await closeBroker(aedes);
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    connect() {
      const [near, far] = duplexPair();
      own.add(far);
      // The ends of a pair do not tell each other that they were destroyed.
      far.once('close', () => near.destroy());
      near.once('close', () => far.destroy());
      aedes.handle(far);
      return near;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await closeBroker(aedes);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function guarded(socket: Socket, maxPacket: number): Duplex {
  socket.setNoDelay(true);
  const readable = packetLimit(maxPacket);
  const conn = Duplex.from({ readable, writable: socket });
  pipeline(socket, readable, (error) => conn.destroy(error ?? undefined));
  conn.once('close', () => socket.destroy());
  return conn;
}

async function listen(server: Server, { host, port }: BrokerOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const message = inUse
      ? `Port ${port} on ${host} is in use; stop the other broker, or choose a port with --mqtt.`
      : `The MQTT broker cannot listen on ${host} port ${port}; choose another address or port.`;
    throw new WotError('unavailable', inUse ? 'ADDRESS_IN_USE' : 'ADDRESS_UNUSABLE', message, {
      cause: error,
    });
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

function closeBroker(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(() => resolve()));
}
