import type { ChangeGap } from '../contracts/binding.ts';

/** What a subscription tells: a value with its id and RFC 3339 time where the protocol carries them. */
export interface ConsumedChange<V> {
  readonly value: V;
  readonly id?: string;
  readonly timestamp?: string;
  /** Changes before this one were lost, on the way or because nobody took them in time. */
  readonly gap?: ChangeGap;
}

type Result<C> = IteratorResult<C, undefined>;

/** Changes on their way to a reader who may be slow: bounded, the oldest are dropped and the next one tells the gap. */
export class ChangeQueue<C extends ConsumedChange<unknown>> {
  readonly #limit: number;
  readonly #waiting: PromiseWithResolvers<Result<C>>[] = [];
  #changes: C[] = [];
  #gap: ChangeGap | undefined;
  #lastTaken: string | undefined;
  #end: { error?: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(change: C): void {
    if (this.#end !== undefined) return;
    this.#changes.push({ ...change, ...this.#takeGap() });
    if (this.#changes.length > this.#limit) this.#dropOldest();
    const reader = this.#waiting.shift();
    if (reader !== undefined) this.next().then(reader.resolve, reader.reject);
  }

  /** The next change pushed comes after this gap. */
  gap(gap: ChangeGap): void {
    this.#gap = { ...gap, ...(this.#gap?.after === undefined ? {} : { after: this.#gap.after }) };
  }

  /** What is queued can still be taken, then the error is told once. */
  finish(error?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? {} : { error };
    for (const reader of this.#waiting.splice(0)) this.next().then(reader.resolve, reader.reject);
  }

  /** Forgets what is queued. */
  close(): void {
    this.#changes = [];
    this.finish();
    this.#end = {};
  }

  next(): Promise<Result<C>> {
    const change = this.#changes.shift();
    if (change !== undefined) {
      this.#lastTaken = change.id;
      return Promise.resolve({ done: false, value: change });
    }
    if (this.#end === undefined) return this.#wait();
    const { error } = this.#end;
    this.#end = {};
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  #wait(): Promise<Result<C>> {
    const reader = Promise.withResolvers<Result<C>>();
    this.#waiting.push(reader);
    return reader.promise;
  }

  #takeGap(): { readonly gap?: ChangeGap } {
    const gap = this.#gap;
    this.#gap = undefined;
    return gap === undefined ? {} : { gap };
  }

  #dropOldest(): void {
    this.#changes.shift();
    const [first] = this.#changes;
    if (first === undefined) return;
    const gap = {
      ...(this.#lastTaken === undefined ? {} : { after: this.#lastTaken }),
      ...(first.id === undefined ? {} : { resumesAt: first.id }),
    };
    this.#changes[0] = { ...first, gap };
  }
}
