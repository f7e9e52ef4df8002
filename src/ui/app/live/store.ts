import type { Beat } from './beat.ts';

/** What components read and listen to. */
export interface Readable<T> {
  /** The same object until something changed. */
  get(): T;
  /** Returns what ends it. */
  listen(listener: () => void): () => void;
}

/** A value made of what is known, told when it changed and the next beat has come. */
export class Store<T> implements Readable<T> {
  readonly #beat: Beat;
  readonly #make: (before: T | undefined) => T;
  readonly #listeners = new Set<() => void>();
  #value: T | undefined;
  readonly #tell = () => {
    const value = this.#make(this.#value);
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  };

  /** `make` gives back what was before where nothing changed. */
  constructor(beat: Beat, make: (before: T | undefined) => T) {
    this.#beat = beat;
    this.#make = make;
  }

  readonly get = (): T => {
    this.#value ??= this.#make(undefined);
    return this.#value;
  };

  readonly listen = (listener: () => void): (() => void) => {
    // A listener of its own for each, also where the same function listens twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  };

  /** Something changed. */
  touch(): void {
    this.#beat.mark(this.#tell);
  }
}
