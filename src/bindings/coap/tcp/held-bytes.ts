import type { ClientBounds } from '../../../security/client-bounds.ts';

/** The share of one connection in the bytes that are held for its client. */
export class HeldBytes {
  readonly #bounds: ClientBounds;
  readonly #client: string;
  #held = 0;

  constructor(bounds: ClientBounds, client: string) {
    this.#bounds = bounds;
    this.#client = client;
  }

  /** Counts so many now; false where they have become too many. */
  count(bytes: number): boolean {
    const more = bytes - this.#held;
    this.#held = bytes;
    if (more > 0) this.#bounds.take(this.#client, more);
    else if (more < 0) this.#bounds.give(this.#client, -more);
    return more <= 0 || this.#bounds.exceeded(this.#client, 0) === undefined;
  }
}
