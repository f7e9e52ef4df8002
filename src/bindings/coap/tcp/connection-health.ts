/** What a look at a connection sees, in bytes: what waits for the rest of its frame, what waits to be sent, and all that was ever taken. */
export interface Traffic {
  readonly arriving: number;
  readonly leaving: number;
  readonly taken: number;
  /** Requests are being answered. */
  readonly isBusy: boolean;
}

/** Milliseconds. */
export interface HealthTimes {
  /** After which the other end is asked whether it is there. */
  readonly quiet: number;
  /** Without a request or an observation, after which the connection is given up; default: never. */
  readonly unused?: number;
}

const greetWithin = 15_000;
const frameWithin = 30_000;
const takeWithin = 60_000;
const pongWithin = 30_000;
// Bytes per millisecond; what was taken of one piece is not seen before all of it is.
const slowestIn = 4;
const slowestOut = 32;

/** Whether a connection is worth keeping, as seen from one heartbeat to the next. */
export class ConnectionHealth {
  readonly #times: HealthTimes;
  readonly #openedAt: number;
  #heardAt: number;
  #usedAt: number;
  #takenAt: number;
  #frameSince: number | undefined;
  #taken = 0;
  #isGreeted = false;
  #observes = false;

  constructor(now: number, times: HealthTimes) {
    this.#times = times;
    this.#openedAt = now;
    this.#heardAt = now;
    this.#usedAt = now;
    this.#takenAt = now;
  }

  /** Bytes came. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** So many of the bytes wait for more, after whole frames were taken or not. */
  read(now: number, arriving: number, wholeFrames: boolean): void {
    if (arriving === 0) this.#frameSince = undefined;
    else if (wholeFrames) this.#frameSince = now;
    else this.#frameSince ??= now;
  }

  greeted(): void {
    this.#isGreeted = true;
  }

  used(now: number, observes: boolean): void {
    this.#usedAt = now;
    this.#observes ||= observes;
  }

  /** At a heartbeat. */
  look(now: number, traffic: Traffic): 'well' | 'quiet' | 'unused' | 'dead' {
    const { leaving, taken, isBusy } = traffic;
    if (leaving === 0 || taken !== this.#taken) this.#takenAt = now;
    this.#taken = taken;
    // Where it is this side that does not read.
    if ((isBusy || leaving > 0) && this.#frameSince !== undefined) this.#frameSince = now;
    if (this.#isStuck(now, traffic)) return 'dead';
    if (isBusy || leaving > 0 || !this.#isGreeted) return 'well';
    const { quiet, unused = Number.POSITIVE_INFINITY } = this.#times;
    const silent = now - this.#heardAt;
    if (silent > quiet + pongWithin) return 'dead';
    if (!this.#observes && now - this.#usedAt > unused) return 'unused';
    return silent > quiet ? 'quiet' : 'well';
  }

  #isStuck(now: number, { arriving, leaving }: Traffic): boolean {
    return (
      (!this.#isGreeted && now - this.#openedAt > greetWithin) ||
      now - this.#takenAt > takeWithin + leaving / slowestOut ||
      now - (this.#frameSince ?? now) > frameWithin + arriving / slowestIn
    );
  }
}
