/** What waits for its turn; `start` does not throw. */
export interface Waiting {
  start(): void;
}

interface Line {
  going: number;
  advancing: boolean;
  readonly waiting: Set<Waiting>;
}

/**
 * Lets so many at once go to each origin; the others wait in their order. undici has a queue of its own, but what is given
 * up there stays in it and costs a connection each when its turn comes.
 */
export class WaitingLine {
  readonly #atOnce: number;
  readonly #lines = new Map<string, Line>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  enter(origin: string, waiting: Waiting): void {
    const line = this.#lines.get(origin) ?? { going: 0, advancing: false, waiting: new Set() };
    this.#lines.set(origin, line);
    line.waiting.add(waiting);
    this.#advance(line);
  }

  /** Gives the turn up before it came. */
  leave(origin: string, waiting: Waiting): void {
    this.#lines.get(origin)?.waiting.delete(waiting);
  }

  /** One that was started is over. */
  done(origin: string): void {
    const line = this.#lines.get(origin);
    if (line === undefined) return;
    line.going -= 1;
    this.#advance(line);
    if (line.going === 0) this.#lines.delete(origin); // nobody waits where nothing goes
  }

  /** One loop for all: what is over as soon as it started comes back here. */
  #advance(line: Line): void {
    if (line.advancing) return;
    line.advancing = true;
    for (const next of line.waiting) {
      if (line.going >= this.#atOnce) break;
      line.waiting.delete(next);
      line.going += 1;
      next.start();
    }
    line.advancing = false;
  }
}
