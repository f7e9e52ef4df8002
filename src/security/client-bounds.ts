import { WotError } from '../contracts/errors.ts';

/** How much may be held at one time. */
export interface Bounds {
  /** In all. */
  readonly most: number;
  /** By one client, which its remote address tells. */
  readonly mostPerClient: number;
}

/** What is counted, in the words of the errors. */
export interface Counted {
  /** What their codes begin with. */
  readonly code: string;
  readonly what: string;
  readonly advice: string;
  /** Seconds. */
  readonly retryAfter: number;
}

interface GivenBounds {
  readonly most?: number | undefined;
  readonly mostPerClient?: number | undefined;
}

/** The bounds that are given, else the defaults; behind a proxy all clients have its address, and no bound of their own by default. */
export function boundsFor(defaults: Bounds, behindProxy: boolean, given: GivenBounds = {}): Bounds {
  const { most = defaults.most } = given;
  const perClient = behindProxy ? Number.POSITIVE_INFINITY : defaults.mostPerClient;
  return { most, mostPerClient: given.mostPerClient ?? perClient };
}

/** What a server holds for its clients, bounded in all and per client. */
export class ClientBounds {
  readonly #bounds: Bounds;
  readonly #clients = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #held = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get held(): number {
    return this.#held;
  }

  heldBy(client: string): number {
    return this.#clients.get(client) ?? 0;
  }

  /** The bound that leaves no room for this much more, where one does. */
  exceeded(client: string, amount = 1): keyof Bounds | undefined {
    const { most, mostPerClient } = this.#bounds;
    if (this.#held + amount > most) return 'most';
    return this.heldBy(client) + amount > mostPerClient ? 'mostPerClient' : undefined;
  }

  /** Where there is no room: WotError `overloaded` in all (`…_EXHAUSTED`), `rate-limited` for the client (`…_PER_CLIENT`). */
  check(client: string, { code, what, advice, retryAfter }: Counted, amount = 1): void {
    const { most, mostPerClient } = this.#bounds;
    const exceeded = this.exceeded(client, amount);
    if (exceeded === 'most') {
      const message = `This servient has ${most} ${what} and takes no more now; ${advice}, or try again later.`;
      throw new WotError('overloaded', `${code}_EXHAUSTED`, message, { retryAfter });
    }
    if (exceeded) {
      const message = `Your address has ${mostPerClient} ${what} and gets no more now; ${advice}.`;
      throw new WotError('rate-limited', `${code}_PER_CLIENT`, message, { retryAfter });
    }
  }

  take(client: string, amount = 1): void {
    this.#held += amount;
    this.#clients.set(client, this.heldBy(client) + amount);
  }

  give(client: string, amount = 1): void {
    this.#held -= amount;
    const left = this.heldBy(client) - amount;
    if (left > 0) this.#clients.set(client, left);
    else this.#clients.delete(client);
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Calls once, when something was given back. */
  wait(wake: () => void): void {
    this.#waiting.add(wake);
  }
}
