import type { Socket } from 'node:net';
import { WotError } from '../../contracts/errors.ts';
import { Quota, type QuotaBounds } from './quota.ts';
import type { ServerSocket } from './server-socket.ts';

/** Milliseconds that requests under way have to end when the servient stops. */
const drainFor = 1000;

/** Behind a proxy all clients have its address. */
export function boundsOf(
  options: { readonly maxSockets?: number; readonly maxSocketsPerClient?: number },
  behindProxy: boolean,
): QuotaBounds {
  const perClient = behindProxy ? Number.POSITIVE_INFINITY : 1000;
  const { maxSockets = 10_000, maxSocketsPerClient = perClient } = options;
  return { most: maxSockets, mostPerClient: maxSocketsPerClient };
}

/** All open sockets of a server, bounded in number. */
export class OpenSockets {
  readonly #bounds: QuotaBounds;
  readonly #quota: Quota;
  readonly #sockets = new Set<ServerSocket>();

  constructor(bounds: QuotaBounds) {
    this.#bounds = bounds;
    this.#quota = new Quota(bounds);
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Throws WotError `overloaded` SOCKETS_EXHAUSTED where there is no room for one more. */
  admit({ remoteAddress }: Socket): void {
    const { most, mostPerClient } = this.#bounds;
    const exceeded = this.#quota.exceeded(String(remoteAddress));
    if (exceeded === 'most') throw exhausted(`This servient has ${most} WebSockets open`);
    if (exceeded) throw exhausted(`There are ${mostPerClient} WebSockets open from this address`);
  }

  add(socket: ServerSocket, { remoteAddress }: Socket): void {
    const client = String(remoteAddress);
    this.#sockets.add(socket);
    this.#quota.take(client);
    void socket.closed.then(() => {
      this.#sockets.delete(socket);
      this.#quota.give(client);
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

function exhausted(state: string): WotError {
  const message = `${state} and no more are taken now; close some, or try again later.`;
  return new WotError('overloaded', 'SOCKETS_EXHAUSTED', message, { retryAfter: 30 });
}
