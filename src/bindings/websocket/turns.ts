/** Steps in one turn of the event loop, of all workers together. */
const stepsAtOnce = 32;

/** Does one piece of its work; says whether there is more to do now. */
export type Step = () => boolean;

/** Takes steps of many workers in turn, and lets the event loop go on between: one with much to do does not delay the others. */
export class Turns {
  /** In the order of their turns. */
  readonly #ready = new Set<Step>();
  #left = stepsAtOnce;
  #pausing = false;

  /** The worker has something to do: at once where it is its turn. */
  add(step: Step): void {
    this.#ready.add(step);
    this.#go();
  }

  #go(): void {
    for (const step of this.#ready) {
      if (this.#left === 0) break;
      this.#left -= 1;
      this.#ready.delete(step);
      if (step()) this.#ready.add(step);
    }
    if (this.#pausing) return;
    this.#pausing = true;
    setImmediate(() => {
      this.#pausing = false;
      this.#left = stepsAtOnce;
      if (this.#ready.size > 0) this.#go();
    });
  }
}
