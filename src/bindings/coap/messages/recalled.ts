/** What was made of texts that come again and again; of at most so many, then it begins anew. */
export class Recalled<V> {
  readonly #most: number;
  readonly #known = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get(text: string): V | undefined {
    return this.#known.get(text);
  }

  /** Gives back what it keeps. */
  keep(text: string, value: V): V {
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}
