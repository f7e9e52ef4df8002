import { WotError } from '../../../contracts/errors.ts';

/** Bytes from which a body, as it is after inflation, waits for its turn to be decoded. */
export const largeFrom = 64 * 1024;

/** Bytes of bodies that may be under way at one time. */
export interface BodyBounds {
  readonly most: number;
  /** From one remote address. */
  readonly mostPerClient: number;
}

/** The request bodies of a server: their bytes are bounded over all requests, and the large ones are decoded one by one, so that others are served between. */
export class LargeBodies {
  readonly #bounds: BodyBounds;
  readonly #held = new Map<string, number>();
  #total = 0;
  /** Those that wait, by client: the clients in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #busy = false;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /** Counts bytes that came, until `release` takes them off; WotError `overloaded` or `rate-limited` where they are too many, which counts nothing. */
  hold(client: string, bytes: number): void {
    const { most, mostPerClient } = this.#bounds;
    const held = (this.#held.get(client) ?? 0) + bytes;
    if (this.#total + bytes > most) throw exhausted(most);
    if (held > mostPerClient) throw exhaustedBy(mostPerClient);
    this.#total += bytes;
    this.#held.set(client, held);
  }

  release(client: string, bytes: number): void {
    const held = (this.#held.get(client) ?? 0) - bytes;
    this.#total -= bytes;
    if (held > 0) this.#held.set(client, held);
    else this.#held.delete(client);
  }

  /** Resolves when a large body may be decoded; the returned function, called once, says that it has been. */
  turnFor(client: string): Promise<() => void> {
    return new Promise((resolve) => {
      const start = () => resolve(() => this.#next());
      if (this.#busy) {
        const line = this.#waiting.get(client);
        if (line) line.push(start);
        else this.#waiting.set(client, [start]);
      } else {
        this.#busy = true;
        start();
      }
    });
  }

  /** The event loop goes on before the next one, which is of another client where one waits. */
  #next(): void {
    setImmediate(() => {
      const [first] = this.#waiting;
      this.#busy = first !== undefined;
      if (first === undefined) return;
      const [client, line] = first;
      this.#waiting.delete(client);
      line.shift()?.();
      if (line.length > 0) this.#waiting.set(client, line);
    });
  }
}

const soon = { retryAfter: 5 };

function exhausted(most: number): WotError {
  const message = `This servient has ${most} bytes of request bodies under way and takes no more now; try again later.`;
  return new WotError('overloaded', 'BODIES_EXHAUSTED', message, soon);
}

function exhaustedBy(mostPerClient: number): WotError {
  const message = `Your address has ${mostPerClient} bytes of request bodies under way and gets no more; send fewer at a time.`;
  return new WotError('rate-limited', 'BODIES_PER_CLIENT', message, soon);
}
