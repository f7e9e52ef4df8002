import type { Clock, Timer } from '../../../contracts/clock.ts';

const fastest = 5000;
/** Milliseconds of the connection that each polled property may have for itself. */
const share = 100;

/** What all polled properties of a tab have in common. */
export class PollLoad {
  count = 0;

  /** Milliseconds between two readings of a property. */
  get period(): number {
    return Math.max(fastest, this.count * share);
  }
}

export interface PollParts {
  readonly clock: Clock;
  readonly load: PollLoad;
  /** From 0 to 1. */
  random(): number;
  /** Never rejects. */
  read(): Promise<void>;
}

/** Reads again and again, each time some time after the last answer. */
export class Poll {
  readonly #parts: PollParts;
  #timer: Timer | undefined;
  #turn = 0;
  #isOn = false;

  constructor(parts: PollParts) {
    this.#parts = parts;
  }

  /** Milliseconds between two readings, undefined while it is off. */
  get period(): number | undefined {
    return this.#isOn ? this.#parts.load.period : undefined;
  }

  /** Reads now and from now on. */
  start(): void {
    this.stop();
    this.#isOn = true;
    this.#parts.load.count += 1;
    void this.#next(this.#turn);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#turn += 1;
    if (this.#isOn) this.#parts.load.count -= 1;
    this.#isOn = false;
  }

  async #next(turn: number): Promise<void> {
    const { clock, load, random, read } = this.#parts;
    await read();
    // Spread, so that what began together does not stay together.
    const wait = load.period * (0.9 + random() / 5);
    if (turn === this.#turn) this.#timer = clock.after(wait, () => void this.#next(turn));
  }
}
