import type { Clock } from '../../../contracts/clock.ts';

/** How many sessions may outlive their connection, and for how many ms. */
export interface SessionBounds {
  readonly sessions: number;
  readonly absence: number;
}

export interface SessionHost {
  isConnected(clientId: string): boolean;
  /** Drops all that is kept for a session. */
  forget(clientId: string): void;
}

/** Knows the sessions that outlive their connection; where they are too many, the one absent longest is forgotten. */
export class LastingSessions {
  readonly #bounds: SessionBounds;
  readonly #clock: Clock;
  readonly #host: SessionHost;
  /** When each came or went last, the earliest first. */
  readonly #seen = new Map<string, number>();

  constructor(bounds: SessionBounds, clock: Clock, host: SessionHost) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#host = host;
  }

  /** Takes a client that connects; false where all sessions are in use. */
  admit(clientId: string, clean: boolean): boolean {
    if (clean) this.#drop(clientId);
    if (clean || this.#touch(clientId)) return true;
    if (this.#seen.size >= this.#bounds.sessions) {
      const longest = [...this.#seen.keys()].find((id) => !this.#host.isConnected(id));
      if (longest === undefined) return false;
      this.#drop(longest);
    }
    this.#seen.set(clientId, this.#clock.now());
    return true;
  }

  /** Notes that a client's connection ended. */
  left(clientId: string): void {
    this.#touch(clientId);
  }

  /** Forgets those that were away too long. */
  expire(): void {
    const before = this.#clock.now() - this.#bounds.absence;
    for (const [clientId, since] of this.#seen) {
      if (since <= before && !this.#host.isConnected(clientId)) this.#drop(clientId);
    }
  }

  #touch(clientId: string): boolean {
    if (!this.#seen.delete(clientId)) return false;
    this.#seen.set(clientId, this.#clock.now());
    return true;
  }

  #drop(clientId: string): void {
    if (this.#seen.delete(clientId)) this.#host.forget(clientId);
  }
}
