import type { Clock } from '../contracts/clock.ts';

/** A model that advances in equal steps: its state depends on the time alone, not on who looks when. */
export interface FixedStep {
  readonly clock: Clock;
  /** Time of the first step, ms since 1970. */
  readonly start: number;
  /** Milliseconds per step. */
  readonly period: number;
  /** Advances the model by one period, to this time. */
  step(time: number): void;
}

/** Returns `catchUp`, which makes all steps that are due and tells whether there were any; a step may call it again. */
export function fixedStep({ clock, start, period, step }: FixedStep): () => boolean {
  let done = 0;
  let stepping = false;
  return () => {
    const due = Math.floor((clock.now() - start) / period);
    if (stepping || due <= done) return false;
    stepping = true;
    try {
      while (done < due) {
        done += 1;
        step(start + done * period);
      }
    } finally {
      stepping = false;
    }
    return true;
  };
}
