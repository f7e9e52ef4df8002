import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { refusalText } from '../../contracts/http-refusal.ts';
import { stopping } from '../../interaction/servient-state.ts';
import { type Bounds, ClientBounds } from '../../security/client-bounds.ts';
import type { Peer } from './http2-sessions.ts';
import { isHttp2 } from './messages/is-http2.ts';
import { PipelinedRequests, type RequestLine } from './pipelined-requests.ts';
import { Uptake } from './uptake.ts';

const counted = {
  code: 'CONNECTIONS',
  what: 'connections open',
  advice: 'close some, or keep them open and use them again',
  retryAfter: 30,
};

interface Connection extends RequestLine {
  /** The newest answer, where one is due. */
  latest: ServerResponse | undefined;
  readonly uptake: Uptake;
}

/** The open connections of a server: counted, bounded, their requests served in turn, and ended in good order. */
export class Connections {
  readonly #bounds: ClientBounds;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Map<Duplex, Connection>();
  readonly #pipelined = new PipelinedRequests();
  #draining = false;
  #refused = 0;

  constructor(bounds: Bounds) {
    this.#bounds = new ClientBounds(bounds);
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Those beyond the limits, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes a new one; WotError `overloaded` CONNECTIONS_EXHAUSTED or `rate-limited` CONNECTIONS_PER_CLIENT where there are too many. */
  admit(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    const client = socket.remoteAddress ?? '';
    try {
      this.#bounds.check(client, counted);
    } catch (error) {
      this.#refused++;
      throw error;
    }
    this.#sockets.add(socket);
    this.#bounds.take(client);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#bounds.give(client);
    });
  }

  /** Serves a request when those before it on its connection have been answered; HTTP/2 has streams instead. */
  inTurn(request: IncomingMessage, response: ServerResponse, serve: () => void): void {
    if (isHttp2(request)) return void serve();
    if (this.#draining) response.setHeader('connection', 'close');
    const connection = this.#connections.get(request.socket) ?? this.#connect(request.socket, response);
    const { current, waiting } = connection;
    connection.latest = response;
    if (waiting.length > 0 || !(current === response || current.writableFinished)) {
      this.#pipelined.add(connection, { response, serve });
    } else {
      connection.current = response;
      serve();
    }
  }

  /** The newest answer of a connection: nothing may be written there before it has left. */
  latest(socket: Duplex): ServerResponse | undefined {
    return this.#connections.get(socket)?.latest;
  }

  /** The newest request of a connection broke off: it is not served any more, nor is its answer waited for. */
  dropNewest(socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    const { current, waiting } = connection;
    this.#pipelined.remove(connection);
    const before = waiting.at(-1)?.response ?? current;
    connection.latest = before === connection.latest ? undefined : before;
  }

  /** Calls once nothing is under way on a connection that others may write on. */
  whenAnswered(socket: Duplex, call: () => void): void {
    const latest = this.latest(socket);
    if (latest === undefined || latest.writableFinished) call();
    else latest.once('finish', call);
  }

  /** Cuts off the peers that do not take their answers. */
  beat(): void {
    for (const { socket, current, uptake } of this.#connections.values()) {
      const { bytesWritten, writableLength } = socket;
      const lives = uptake.beats(bytesWritten - writableLength, writableLength);
      if (!lives && !current.writableFinished) socket.destroy();
    }
  }

  /** Lets every answer that is under way be the last one of its connection. */
  drain(): void {
    this.#draining = true;
    for (const { latest, socket } of this.#connections.values()) {
      if (!latest || latest.writableFinished) continue;
      if (!latest.headersSent) latest.setHeader('connection', 'close');
      else latest.once('finish', () => socket.end());
    }
  }

  /** Ends when what is under way has been answered. */
  async answered(): Promise<void> {
    const answers = [...this.#connections.values()].map(
      ({ latest, socket }) =>
        new Promise<void>((resolve) => {
          if (!latest || latest.writableFinished) return resolve();
          for (const end of [latest, socket]) end.once('close', resolve);
        }),
    );
    await Promise.all(answers);
  }

  /** Answers 503 in the place of those who still work on requests; what they answer later goes nowhere. */
  refuseUnanswered(): void {
    for (const { current, socket } of this.#connections.values()) {
      if (current.writableFinished || current.headersSent || !socket.writable) continue;
      socket.resume();
      socket.end(refusalText({ error: stopping() }));
    }
  }

  /** Cuts off one peer. */
  cutPeer({ remoteAddress, remotePort }: Peer): void {
    for (const socket of this.#sockets) {
      if (socket.remotePort === remotePort && socket.remoteAddress === remoteAddress) socket.destroy();
    }
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(socket: Socket, first: ServerResponse): Connection {
    const connection = { socket, current: first, latest: first, waiting: [], uptake: new Uptake() };
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#pipelined.drop(connection);
    });
    return connection;
  }
}
