import type { Clock, Timer } from '../../../contracts/clock.ts';

/** Milliseconds before what nobody uses is let go, so that scrolling and changing tabs do not thrash. */
const grace = 1000;

/** Counts who uses something: tells of the first, and of the last one's leaving a little later. */
export class Users {
  readonly #clock: Clock;
  readonly #first: () => void;
  readonly #last: () => void;
  #count = 0;
  #leaving: Timer | undefined;

  constructor(clock: Clock, first: () => void, last: () => void) {
    this.#clock = clock;
    this.#first = first;
    this.#last = last;
  }

  /** Whether there are some, or were a moment ago. */
  get any(): boolean {
    return this.#count > 0 || this.#leaving !== undefined;
  }

  /** Returns what takes the user off again. */
  add(): () => void {
    const isFirst = !this.any;
    this.#count += 1;
    this.#leaving?.cancel();
    this.#leaving = undefined;
    if (isFirst) this.#first();
    let isIn = true;
    return () => {
      if (isIn) this.#leave();
      isIn = false;
    };
  }

  #leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    this.#leaving = this.#clock.after(grace, () => {
      this.#leaving = undefined;
      this.#last();
    });
  }
}
