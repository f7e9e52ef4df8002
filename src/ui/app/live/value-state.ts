import type { Problem } from '../../../contracts/errors.ts';
import type { LiveValue } from './live.ts';

interface Write {
  readonly requested: unknown;
  /** Undefined while it is under way. */
  readonly problem?: Problem;
}

/** What is known of a property; knows nothing of how it is asked. */
export class ValueState {
  /** How often the Thing told a value. */
  told = 0;
  #value: { readonly value: unknown; readonly at: number } | undefined;
  #write: Write | undefined;
  #problem: Problem | undefined;
  #isStale = false;

  /** The Thing told its value at a time, milliseconds since 1970. */
  tell(value: unknown, at: number): void {
    this.told += 1;
    this.#value = { value, at };
    this.#problem = undefined;
    this.#isStale = false;
  }

  /** Nobody knows whether the value still holds. */
  outdate(): void {
    this.#isStale = true;
  }

  /** The value still holds. */
  confirm(): void {
    this.#isStale = false;
    this.#problem = undefined;
  }

  fail(problem: Problem): void {
    this.#problem = problem;
  }

  /** Returns what tells how it went; that of an earlier write has no say any more. */
  write(requested: unknown): (problem?: Problem) => void {
    const write: Write = { requested };
    this.#write = write;
    return (problem) => {
      if (this.#write === write) this.#write = problem && { requested, problem };
    };
  }

  /** Forgets a write that was refused. */
  dismiss(): void {
    if (this.#write?.problem) this.#write = undefined;
  }

  /** As components see it; `polled` where it is read again and again. */
  shown(polled: number | undefined, isFaulty: boolean): LiveValue {
    const write = this.#write;
    const problem = write?.problem ?? this.#problem;
    return {
      state: this.#state(isFaulty),
      ...this.#value,
      ...(write && { requested: write.requested }),
      ...(problem && (!write || write.problem) && { problem }),
      ...(polled !== undefined && { polled }),
    };
  }

  #state(isFaulty: boolean): LiveValue['state'] {
    if (this.#write) return this.#write.problem ? 'rejected' : 'pending';
    if (this.#problem) return 'unreachable';
    if (!this.#value) return 'unknown';
    return this.#isStale || isFaulty ? 'stale' : 'fresh';
  }
}
