/** What waits for its turn; `start` does not throw. */
export interface Waiting {
  start(): void;
}

interface Line {
  going: number;
  advancing: boolean;
  readonly waiting: Set<Waiting>;
}

/** Lets so many at once go for each key, as an origin or a resource is; the others wait in their order. */
export class WaitingLine {
  readonly #atOnce: number;
  readonly #lines = new Map<string, Line>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  enter(key: string, waiting: Waiting): void {
    const line = this.#lines.get(key) ?? { going: 0, advancing: false, waiting: new Set() };
    this.#lines.set(key, line);
    line.waiting.add(waiting);
    this.#advance(line);
  }

  /** How many wait for their turn. */
  lengthOf(key: string): number {
    return this.#lines.get(key)?.waiting.size ?? 0;
  }

  /** Gives the turn up before it came; false where it came already. */
  leave(key: string, waiting: Waiting): boolean {
    return this.#lines.get(key)?.waiting.delete(waiting) === true;
  }

  /** One that was started is over. */
  done(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    line.going -= 1;
    this.#advance(line);
    if (line.going === 0) this.#lines.delete(key); // nobody waits where nothing goes
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
