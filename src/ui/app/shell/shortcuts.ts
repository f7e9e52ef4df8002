/** Milliseconds within which the keys of a sequence follow each other. */
const pause = 1000;

/** Keys and sequences of keys (`g t`), each with what it does; who came last goes first. */
export class Shortcuts {
  readonly #entries: { readonly keys: string; run(): void }[] = [];
  #typed = '';
  #at = 0;

  /** Returns what takes it off again. */
  add(keys: string, run: () => void): () => void {
    const entry = { keys, run };
    this.#entries.unshift(entry);
    return () => void this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  /** Whether the key, or the sequence that it ends, did something; `at` in milliseconds. */
  press(key: string, at: number): boolean {
    const sequence = this.#typed !== '' && at - this.#at <= pause ? `${this.#typed} ${key}` : key;
    this.#at = at;
    const found = this.#find(sequence) ?? this.#find(key);
    this.#typed = found ? '' : key;
    found?.run();
    return found !== undefined;
  }

  #find(keys: string) {
    return this.#entries.find((entry) => entry.keys === keys);
  }
}
