/** Steps in one turn of the event loop, of all workers together, and milliseconds after which no further one begins. */
const atOnce = { steps: 32, time: 4 };

/** Does one piece of its work; says whether there is more to do now. */
export type Step = () => boolean;

/** Takes steps of many workers in turn, and lets the event loop go on between: one with much to do does not delay the others. */
export class Turns {
  /** In the order of their turns. */
  readonly #ready = new Set<Step>();
  #left = atOnce.steps;
  #until = 0;
  #pausing = false;

  /** The worker has something to do: at once where it is its turn. */
  add(step: Step): void {
    this.#ready.add(step);
    this.#go();
  }

  /** What the present step began goes on for long: no further one in this turn of the event loop. */
  rest(): void {
    this.#left = 0;
  }

  #go(): void {
    if (!this.#pausing) this.#until = performance.now() + atOnce.time;
    for (const step of this.#ready) {
      if (this.#left === 0 || performance.now() > this.#until) break;
      this.#left -= 1;
      this.#ready.delete(step);
      if (step()) this.#ready.add(step);
    }
    if (this.#pausing) return;
    this.#pausing = true;
    setImmediate(() => {
      this.#pausing = false;
      this.#left = atOnce.steps;
      if (this.#ready.size > 0) this.#go();
    });
  }
}
