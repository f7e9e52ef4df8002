import type { Socket } from 'node:net';
import type { PeerIdentity } from '../../../contracts/access.ts';
import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { Logger } from '../../../contracts/logger.ts';
import type { ClientBounds } from '../../../security/client-bounds.ts';
import type {
  Endpoint,
  EndpointListener,
  Inbound,
  Outcome,
  Peer,
  TokenEnvelope,
} from '../endpoint/endpoint.ts';
import { type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { closedEarly } from './connection-errors.ts';
import type { HealthTimes } from './connection-health.ts';
import type { ReceivedFrame } from './frame.ts';
import { StreamConnection } from './stream-connection.ts';
import { StreamPeer } from './stream-peer.ts';

/** Where connections come from: a listening server; a client has none. */
export interface StreamSource {
  readonly port: number;
  keepAlive(on: boolean): void;
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes that one message may have that comes in. */
  readonly maxMessageSize: number;
  readonly times: HealthTimes;
  /** Bytes held for peers, by their addresses; without it they are not bounded. */
  readonly held?: ClientBounds;
}

const beatEvery = 5000;
const notFound: Envelope = { code: '4.04', options: [], payload: emptyBytes };

/** CoAP over connections (RFC 8323): no types, ids, repetitions or duplicates; what is sent arrives, or the connection ends. */
export class StreamEndpoint implements Endpoint {
  readonly clock: Clock;
  readonly #listener: EndpointListener;
  readonly #options: StreamOptions;
  readonly #connections = new Map<string, StreamConnection>();
  readonly #beating: Timer;
  #source: StreamSource | undefined;
  #allClosed: () => void = () => undefined;

  constructor(listener: EndpointListener, options: StreamOptions) {
    this.clock = options.clock;
    this.#listener = listener;
    this.#options = options;
    this.#beating = this.clock.every(beatEvery, () => {
      for (const connection of [...this.#connections.values()]) connection.beat();
    });
  }

  /** Takes connections from a server from now on. */
  listen(source: StreamSource): void {
    this.#source = source;
  }

  get port(): number {
    return this.#source?.port ?? 0;
  }

  /** Takes a connection, and gives its other end once that has introduced itself; rejects when it ends before. */
  add(socket: Socket, identity?: PeerIdentity): Promise<Peer> {
    const { promise, resolve, reject } = Promise.withResolvers<Peer>();
    const { remoteAddress: address = '', remotePort: port = 0 } = socket;
    const peer = new StreamPeer({ address, port }, identity);
    const connection: StreamConnection = new StreamConnection({
      ...this.#options,
      socket,
      peer,
      events: {
        greeted: () => resolve(peer),
        message: (frame) => this.#dispatch(frame, connection),
        leaving: () => this.#listener.leaving?.(peer),
        closed: (error) => {
          reject(error ?? closedEarly());
          this.#forget(peer, error);
        },
      },
    });
    this.#connections.set(peer.key, connection);
    return promise;
  }

  keepAlive(on: boolean): void {
    this.#source?.keepAlive(on);
    for (const connection of this.#connections.values()) connection.keepAlive(on);
  }

  send(peer: Peer, message: TokenEnvelope): void {
    this.#send(peer, message);
  }

  confirm(peer: Peer, message: TokenEnvelope, settled: (outcome: Outcome) => void): () => void {
    let isSettled = false;
    const settle = (outcome: Outcome): void => {
      if (isSettled) return;
      isSettled = true;
      settled(outcome);
    };
    this.#send(peer, message, settle);
    return () => settle('closed');
  }

  ping(peer: Peer, settled: (outcome: Outcome) => void): void {
    const connection = this.#connections.get(peer.key);
    if (connection === undefined) queueMicrotask(() => settled('unreachable'));
    else connection.ping(settled);
  }

  async close(): Promise<void> {
    this.#beating.cancel();
    const closed = this.#source?.close();
    for (const connection of this.#connections.values()) connection.release();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#allClosed = resolve;
      });
    }
    await closed;
  }

  #send(peer: Peer, message: TokenEnvelope, settled?: (outcome: Outcome) => void): void {
    const connection = this.#connections.get(peer.key);
    if (connection === undefined) {
      queueMicrotask(() => settled?.('unreachable'));
      return;
    }
    connection.send(message, settled);
    message.watch?.('sent', { ...message, type: 'CON', id: 0 });
  }

  #dispatch(frame: ReceivedFrame, connection: StreamConnection): void {
    const { code } = frame;
    const message: Inbound = { ...frame, type: 'CON', id: 0, peer: connection.peer };
    if (code.startsWith('0.')) this.#request(message, connection);
    else if (/^[245]\./.test(code)) this.#listener.response(message);
  }

  #request(request: Inbound, connection: StreamConnection): void {
    const { token } = request;
    const done = connection.begin();
    let isReplied = false;
    const reply = (response?: Envelope): undefined => {
      if (isReplied) return;
      isReplied = true;
      if (response !== undefined) connection.send({ ...response, token });
      done();
    };
    if (this.#listener.request === undefined) reply(notFound);
    else this.#listener.request({ request, reply });
  }

  #forget(peer: Peer, error: Error | undefined): void {
    this.#connections.delete(peer.key);
    if (error) this.#options.logger.debug('A CoAP connection ended', { peer: peer.key, error });
    this.#listener.gone?.(peer, error);
    if (this.#connections.size === 0) this.#allClosed();
  }
}
