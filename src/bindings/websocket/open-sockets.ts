import type { Socket } from 'node:net';
import { type Bounds, ClientBounds } from '../../security/client-bounds.ts';
import type { ServerSocket } from './server-socket.ts';

/** Milliseconds that requests under way have to end when the servient stops. */
const drainFor = 1000;

const counted = { code: 'SOCKETS', what: 'WebSockets open', advice: 'close some', retryAfter: 30 };

/** All open sockets of a server, bounded in number. */
export class OpenSockets {
  readonly #bounds: ClientBounds;
  readonly #sockets = new Set<ServerSocket>();

  constructor(bounds: Bounds) {
    this.#bounds = new ClientBounds(bounds);
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** WotError `overloaded` SOCKETS_EXHAUSTED or `rate-limited` SOCKETS_PER_CLIENT where there is no room for one more. */
  admit({ remoteAddress }: Socket): void {
    this.#bounds.check(String(remoteAddress), counted);
  }

  add(socket: ServerSocket, { remoteAddress }: Socket): void {
    const client = String(remoteAddress);
    this.#sockets.add(socket);
    this.#bounds.take(client);
    void socket.closed.then(() => {
      this.#sockets.delete(socket);
      this.#bounds.give(client);
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
}
