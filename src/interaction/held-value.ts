import { isDeepStrictEqual } from 'node:util';
import type { Value } from '../contracts/interaction.ts';
import { copyOf } from './plain-copy.ts';

/** Where a held value goes on its way: into the store, where it persists, and to observers. */
export interface HeldValueParts {
  readonly initial: Value;
  /** Resolves when the value is durable; absent where it need not be. */
  readonly save?: ((value: Value) => Promise<void>) | undefined;
  tell(value: Value): void;
  /** Throws where the Thing is gone: a successor of its name has the stored state then. */
  refuseClosed(): void;
}

/** The value of one property that the servient holds: durable first, then visible, so that what was shown is not lost. */
export class HeldValue {
  readonly #parts: HeldValueParts;
  /** What peers see. */
  #value: Value;
  /** What the device said last; durable soon. */
  #newest: Value;
  /** Turns: how many were taken, which one is on its way into the store, which one is in force. */
  #taken = 0;
  #begun = 0;
  #turn = 0;

  constructor(parts: HeldValueParts) {
    this.#parts = parts;
    this.#value = parts.initial;
    this.#newest = parts.initial;
  }

  get value(): Value {
    return this.#value;
  }

  get newest(): Value {
    return this.#newest;
  }

  /** Of two values under way the one whose turn was taken later stays, whichever is ready first. */
  takeTurn(): number {
    this.#taken += 1;
    return this.#taken;
  }

  /** At once where the value need not be stored; rejects, and leaves it as it was, where it cannot be, or the Thing is gone. */
  async hold(given: Value, turn: number): Promise<void> {
    this.#parts.refuseClosed();
    if (turn < this.#begun) return;
    this.#begun = turn;
    const value = copyOf(given);
    this.#newest = value;
    if (this.#parts.save) await this.#save(value, turn, this.#parts.save);
    if (turn < this.#turn) return;
    this.#turn = turn;
    if (isDeepStrictEqual(this.#value, value)) return;
    this.#value = value;
    this.#parts.tell(value);
  }

  async #save(value: Value, turn: number, save: (value: Value) => Promise<void>): Promise<void> {
    try {
      await save(value);
    } catch (error) {
      if (this.#begun === turn) {
        this.#begun = this.#turn;
        this.#newest = this.#value;
      }
      throw error;
    }
  }
}
