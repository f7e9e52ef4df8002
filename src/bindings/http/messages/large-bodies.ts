import { type Bounds, ClientBounds } from '../../../security/client-bounds.ts';

/** Bytes from which a body, as it is after inflation, waits for its turn to be decoded. */
export const largeFrom = 64 * 1024;

const counted = {
  code: 'BODIES',
  what: 'bytes of request bodies under way',
  advice: 'send fewer at a time',
  retryAfter: 5,
};

/** The request bodies of a server: their bytes are bounded over all requests, and the large ones are decoded one by one, so that others are served between. */
export class LargeBodies {
  readonly #bounds: ClientBounds;
  /** Those that wait, by client: the clients in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #busy = false;

  /** In bytes under way at one time. */
  constructor(bounds: Bounds) {
    this.#bounds = new ClientBounds(bounds);
  }

  /** Counts bytes that came, until `release` takes them off; WotError `overloaded` or `rate-limited` where they are too many, which counts nothing. */
  hold(client: string, bytes: number): void {
    this.#bounds.check(client, counted, bytes);
    this.#bounds.take(client, bytes);
  }

  release(client: string, bytes: number): void {
    this.#bounds.give(client, bytes);
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
