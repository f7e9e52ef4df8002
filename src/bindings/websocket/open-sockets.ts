import type { Socket } from 'node:net';
import { WotError } from '../../contracts/errors.ts';
import type { ServerSocket } from './server-socket.ts';

/** Milliseconds that requests under way have to end when the servient stops. */
const drainFor = 1000;

/** How many sockets may be open. */
export interface SocketBounds {
  readonly most: number;
  /** From one remote address. */
  readonly mostPerClient: number;
}

/** All open sockets of a server, bounded in number. */
export class OpenSockets {
  readonly #bounds: SocketBounds;
  readonly #sockets = new Set<ServerSocket>();
  readonly #clients = new Map<string, number>();

  constructor(bounds: SocketBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#sockets.size;
  }

  get subscriptions(): number {
    let count = 0;
    for (const socket of this.#sockets) count += socket.subscriptions;
    return count;
  }

  /** Throws WotError `overloaded` SOCKETS_EXHAUSTED where there is no room for one more. */
  admit({ remoteAddress }: Socket): void {
    const { most, mostPerClient } = this.#bounds;
    if (this.#sockets.size >= most) throw exhausted(`This servient has ${most} WebSockets open`);
    if ((this.#clients.get(String(remoteAddress)) ?? 0) >= mostPerClient) {
      throw exhausted(`There are ${mostPerClient} WebSockets open from this address`);
    }
  }

  add(socket: ServerSocket, { remoteAddress }: Socket): void {
    const client = String(remoteAddress);
    this.#sockets.add(socket);
    this.#count(client, 1);
    void socket.closed.then(() => {
      this.#sockets.delete(socket);
      this.#count(client, -1);
    });
  }

  beat(): void {
    for (const socket of this.#sockets) socket.beat();
  }

  /** Closes all, once what is under way has been answered; resolves when all have ended. */
  async stop(): Promise<void> {
    const sockets = [...this.#sockets];
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.close();
    }, drainFor);
    for (const socket of sockets) socket.end();
    await Promise.all(sockets.map(({ closed }) => closed));
    clearTimeout(cut);
  }

  #count(client: string, change: number): void {
    const count = (this.#clients.get(client) ?? 0) + change;
    if (count > 0) this.#clients.set(client, count);
    else this.#clients.delete(client);
  }
}

function exhausted(state: string): WotError {
  const message = `${state} and no more are taken now; close some, or try again later.`;
  return new WotError('overloaded', 'SOCKETS_EXHAUSTED', message, { retryAfter: 30 });
}
