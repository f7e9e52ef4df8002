/** One object of each key, the same for all who hold it; forgotten when nobody does. */
export class OneOfEach<T extends object> {
  readonly #known = new Map<string, WeakRef<T>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (!this.#known.get(key)?.deref()) this.#known.delete(key);
  });

  get(key: string, make: () => T): T {
    const known = this.#known.get(key)?.deref();
    if (known) return known;
    const made = make();
    this.#known.set(key, new WeakRef(made));
    this.#collected.register(made, key);
    return made;
  }
}
