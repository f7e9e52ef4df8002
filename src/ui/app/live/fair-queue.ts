/** Waiting work, taken from one Thing after the other. */
export class FairQueue<T> {
  readonly #waiting = new Map<string, T[]>();

  add(thing: string, item: T): void {
    const items = this.#waiting.get(thing);
    if (items) items.push(item);
    else this.#waiting.set(thing, [item]);
  }

  /** The next one of the Things that may. */
  take(may: (thing: string) => boolean): T | undefined {
    for (const [thing, items] of this.#waiting) {
      if (!may(thing)) continue;
      this.#waiting.delete(thing);
      const item = items.shift();
      // The others of this Thing wait behind those of all other Things.
      if (items.length > 0) this.#waiting.set(thing, items);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** Takes all. */
  clear(): readonly T[] {
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    return all;
  }
}
