import type { Socket } from 'node:net';
import { type Bounds, ClientBounds } from './client-bounds.ts';

/** The connections of a server, bounded in all and per address. */
export class SocketAdmission {
  readonly #bounds: ClientBounds;
  readonly #open = new Set<Socket>();
  #refused = 0;

  constructor(bounds: Bounds) {
    this.#bounds = new ClientBounds(bounds);
  }

  get size(): number {
    return this.#open.size;
  }

  /** How many found no room. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether there is room for one more; it is counted until it closes. */
  admits(socket: Socket): boolean {
    const client = socket.remoteAddress ?? '';
    if (this.#bounds.exceeded(client)) {
      this.#refused++;
      return false;
    }
    this.#bounds.take(client);
    this.#open.add(socket);
    socket.once('close', () => {
      this.#bounds.give(client);
      this.#open.delete(socket);
    });
    return true;
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
