import type { Clock } from '../../../contracts/clock.ts';

/** Milliseconds between two repaints of values. */
const period = 100;

/** Tells all that changed at once, at most ten times a second. */
export class Beat {
  readonly #clock: Clock;
  readonly #frame: (call: () => void) => void;
  #dirty = new Set<() => void>();
  #last = 0;
  #isDue = false;

  /** `frame` calls when the browser paints next. */
  constructor(clock: Clock, frame: (call: () => void) => void) {
    this.#clock = clock;
    this.#frame = frame;
  }

  /** Calls at the next beat, once however often it is asked. */
  mark(call: () => void): void {
    this.#dirty.add(call);
    if (this.#isDue) return;
    this.#isDue = true;
    const wait = Math.max(0, this.#last + period - this.#clock.now());
    this.#clock.after(wait, () => this.#frame(() => this.#tell()));
  }

  #tell(): void {
    this.#last = this.#clock.now();
    this.#isDue = false;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    for (const call of dirty) call();
  }
}

/** As the browser paints; at once where it does not, in a hidden tab. */
export function nextFrame(call: () => void): void {
  if (globalThis.document?.visibilityState === 'visible') requestAnimationFrame(call);
  else call();
}
