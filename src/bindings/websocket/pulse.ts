import type { Socket } from 'node:net';

/** Heartbeats in a row without a sign of life until a peer is given up: one that has taken all, one that takes nothing. */
const patience = { heard: 2, taking: 4 };

/** Whether the peer of a socket lives, as seen from one heartbeat to the next. */
export class Pulse {
  #heard = true;
  #taken = 0;
  #silent = 0;

  /** Something came from it. */
  hear(): void {
    this.#heard = true;
  }

  /** At a heartbeat: false when it was silent, or took nothing of what waits for it, for too long. */
  beats({ bytesWritten, writableLength }: Pick<Socket, 'bytesWritten' | 'writableLength'>): boolean {
    const keepsUp = writableLength === 0;
    const taken = bytesWritten - writableLength;
    const lives = keepsUp ? this.#heard : taken !== this.#taken;
    this.#silent = lives ? 0 : this.#silent + 1;
    this.#taken = taken;
    this.#heard = false;
    return this.#silent < (keepsUp ? patience.heard : patience.taking);
  }
}
