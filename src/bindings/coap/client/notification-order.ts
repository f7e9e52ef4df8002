import type { Clock } from '../../../contracts/clock.ts';

const window = 128_000;

/** Which notifications are newer than the one before: they may overtake each other (RFC 7641 section 3.4). */
export class NotificationOrder {
  readonly #clock: Clock;
  #latest: { readonly sequence: number; readonly at: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins anew: a server that was restarted counts from the beginning. */
  restart(sequence: number): void {
    this.#latest = { sequence, at: this.#clock.now() };
  }

  /** Takes one, unless it is older or the same. */
  takes(sequence: number): boolean {
    const at = this.#clock.now();
    const latest = this.#latest;
    const ahead = latest === undefined ? 1 : (sequence - latest.sequence) & 0xffffff;
    const isFresh = (ahead > 0 && ahead < 2 ** 23) || at > (latest?.at ?? 0) + window;
    if (isFresh) this.restart(sequence);
    return isFresh;
  }
}
