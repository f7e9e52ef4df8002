import type { Duplex } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import type { Principal } from '../../../contracts/access.ts';
import type { Metric } from '../../../contracts/metrics.ts';
import { type Bounds, boundsFor, ClientBounds } from '../../../security/client-bounds.ts';
import { SocketAdmission } from '../../../security/socket-admission.ts';
import { brokerMetrics } from './broker-metrics.ts';
import { type Caller, guardedConnection } from './connection/guarded-connection.ts';
import { type Listener, listen, type Place } from './connection/listener.ts';
import { type GuardedOptions, guardedBroker } from './guarded-broker.ts';

const mebibyte = 1024 * 1024;
const connectionBounds: Bounds = { most: 10_000, mostPerClient: 2500 };

export interface BrokerOptions extends GuardedOptions {
  readonly host: string;
  /** Of plain TCP: 0 takes a free one, false none. */
  readonly port: number | false;
  /** Where it listens for TLS. */
  readonly tls?: Required<Place>;
  /** Connections at one time. */
  readonly connections?: Bounds;
  /** Whether clients come through a proxy, which gives them all its address. */
  readonly behindProxy?: boolean;
  /** Bytes of one packet after its fixed header. */
  readonly maxPacket: number;
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
  /** Of plain TCP; 0 where there is none. */
  readonly port: number;
  /** Of TLS; 0 where there is none. */
  readonly tlsPort: number;
  /** Counts and bounds the connections, those that come another way included. */
  readonly admission: SocketAdmission;
  /** Serves a client on a stream of bytes that came another way. */
  serve(stream: Duplex, caller: Caller): void;
  /** Publishes past the guard; calls `done` when the subscribers' queues have it. */
  publish(message: BrokerMessage, done: () => void): void;
  /** Has `take` called with what comes in at a filter, once for each filter that matches; the returned function ends it. */
  subscribe(filter: string, take: (message: BrokerMessage) => void): () => void;
  /** What keeps it from storing what it must, and so from acknowledging. */
  fault(): string | undefined;
  metrics(): readonly Metric[];
  stop(): Promise<void>;
}

/** Listens behind the guard; rejects with WotError `unavailable` ADDRESS_IN_USE. */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { aedes, state, publisher, fault, close } = await guardedBroker(options);
  const { host, port, tls, maxPacket, logger, behindProxy = false } = options;
  const admission = new SocketAdmission(options.connections ?? boundsFor(connectionBounds, behindProxy));
  const unfinished = new ClientBounds(boundsFor(unfinishedBounds(maxPacket), behindProxy));
  const serve = (stream: Duplex, caller: Caller) =>
    void aedes.handle(guardedConnection(stream, caller, { maxPacket, unfinished }));
  const metrics = brokerMetrics({ aedes, state, admission });
  const listeners: Listener[] = [];
  const open = async (place: Place) => {
    const listener = await listen(place, { admission, logger, behindProxy, take: serve });
    listeners.push(listener);
    return listener.port;
  };
  async function stop(): Promise<void> {
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    await close();
    admission.cut();
    await closed;
  }
  const ports = { port: 0, tlsPort: 0 };
  try {
    if (tls) ports.tlsPort = await open(tls);
    if (port !== false) ports.port = await open({ host, port });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...ports,
    admission,
    serve,
    publish: (message, done) => aedes.publish({ cmd: 'publish', dup: false, ...message }, () => done()),
    subscribe(filter, take) {
      const deliver = ({ topic, payload, qos, retain }: AedesPublishPacket, done: () => void) => {
        const principal = publisher();
        take({ topic, payload: Buffer.from(payload), qos, retain, ...(principal && { principal }) });
        done();
      };
      aedes.subscribe(filter, deliver, () => {});
      return () => aedes.unsubscribe(filter, deliver, () => {});
    },
    fault,
    metrics,
    stop,
  };
}

/** Bytes of packets that are not whole yet; some of the largest always fit. */
function unfinishedBounds(maxPacket: number): Bounds {
  const mostPerClient = Math.max(16 * mebibyte, 4 * maxPacket);
  return { most: Math.max(64 * mebibyte, 4 * mostPerClient), mostPerClient };
}
