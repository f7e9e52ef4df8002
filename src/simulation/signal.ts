/** A value that moves: read it, or be told when it was set. */
export class Signal<T> {
  readonly #read: () => T;
  readonly #watchers = new Set<(value: T) => void>();

  /** `read` gives the present value, bringing its model up to date first where it must. */
  constructor(read: () => T) {
    this.#read = read;
  }

  read(): T {
    return this.#read();
  }

  /** Calls at every `tell` until the returned function is called. */
  watch(told: (value: T) => void): () => void {
    this.#watchers.add(told);
    return () => void this.#watchers.delete(told);
  }

  /** Tells the watchers the present value. */
  tell(): void {
    if (this.#watchers.size === 0) return;
    const value = this.#read();
    for (const told of this.#watchers) told(value);
  }
}
