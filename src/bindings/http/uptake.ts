/** Heartbeats in a row in which a peer may take nothing of what waits for it. */
const patience = 4;
/** Bytes for which it gets one more: of one piece nothing counts as taken before all of it is. */
const perBeat = 128 * 1024;

/** Whether a peer takes what is written for it, as seen from one heartbeat to the next. */
export class Uptake {
  #taken = 0;
  #stalled = 0;

  /** At a heartbeat: false when it took nothing for too long. `taken` may be any number that changes when it takes something. */
  beats(taken: number, waiting: number): boolean {
    this.#stalled = waiting === 0 || taken !== this.#taken ? 0 : this.#stalled + 1;
    this.#taken = taken;
    return this.#stalled < patience + waiting / perBeat;
  }
}
