/** How much may be held at one time. */
export interface QuotaBounds {
  /** In all. */
  readonly most: number;
  /** For one remote address. */
  readonly mostPerClient: number;
}

/** What the sockets of a server hold together, bounded in all and per remote address. */
export class Quota {
  readonly #bounds: QuotaBounds;
  readonly #clients = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #held = 0;

  constructor(bounds: QuotaBounds) {
    this.#bounds = bounds;
  }

  get held(): number {
    return this.#held;
  }

  /** The bound that leaves no room for this much more, where one does. */
  exceeded(client: string, amount = 1): keyof QuotaBounds | undefined {
    const { most, mostPerClient } = this.#bounds;
    if (this.#held + amount > most) return 'most';
    return (this.#clients.get(client) ?? 0) + amount > mostPerClient ? 'mostPerClient' : undefined;
  }

  take(client: string, amount = 1): void {
    this.#held += amount;
    this.#clients.set(client, (this.#clients.get(client) ?? 0) + amount);
  }

  give(client: string, amount = 1): void {
    this.#held -= amount;
    const left = (this.#clients.get(client) ?? 0) - amount;
    if (left > 0) this.#clients.set(client, left);
    else this.#clients.delete(client);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Calls once, when something was given back. */
  wait(wake: () => void): void {
    this.#waiting.add(wake);
  }
}
