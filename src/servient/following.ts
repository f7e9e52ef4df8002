import type { Subscription } from '../consumer/subscription.ts';
import { pause, systemClock } from '../contracts/clock.ts';

/** Milliseconds before a subscription that failed is tried again. */
const retryAfter = 5000;
/** The same where it told something: one value that does not fit its TD ends it, and what comes next is not to be missed. */
const resumeAfter = 100;

/** Who hears of what is followed. */
export interface Follower {
  tell(value: unknown): void;
  /** Is told each reason once. */
  failed(error: Error): void;
}

/** A subscription that is there while somebody wants it; one that failed is begun again after a while. */
export class Following {
  readonly #open: (signal: AbortSignal) => Subscription<unknown>;
  readonly #follower: Follower;
  #wanted = new AbortController();
  #reason = '';

  constructor(open: (signal: AbortSignal) => Subscription<unknown>, follower: Follower) {
    this.#open = open;
    this.#follower = follower;
  }

  begin(): void {
    this.#wanted = new AbortController();
    void this.#follow(this.#wanted.signal);
  }

  end(): void {
    this.#wanted.abort();
  }

  /** Never rejects: who reads the property is told what is wrong with the Thing. */
  async #follow(wanted: AbortSignal): Promise<void> {
    while (!wanted.aborted) {
      let hasTold = false;
      try {
        for await (const value of this.#open(wanted)) {
          this.#follower.tell(value);
          hasTold = true;
        }
      } catch (error) {
        // Its form may be missing, its device away.
        if (!wanted.aborted) this.#failed(error as Error);
      }
      await pause(systemClock, hasTold ? resumeAfter : retryAfter, wanted);
    }
  }

  #failed(error: Error): void {
    if (error.message === this.#reason) return;
    this.#reason = error.message;
    this.#follower.failed(error);
  }
}
