/** What tells one Thing of its kind from the others on a servient. */
export interface Identity {
  /** Path segment and topic level. */
  readonly name: string;
  readonly title: string;
  /** Where it stands, in words that people there use. */
  readonly location?: string;
}

/** Where readings come from: a driver or the simulation. */
export interface Source<T> {
  read(): T | Promise<T>;
  /** Calls at every new reading until the returned function is called. */
  watch(told: (value: T) => void): () => void;
}

/** Where commands go; they take effect in the order given, and a rejected one may have taken effect or not. */
export interface Drive<T> {
  set(value: T): void | Promise<void>;
}
