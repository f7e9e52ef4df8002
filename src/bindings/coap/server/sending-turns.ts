/** Who has messages to send, one by one. */
export interface Sender {
  sendNext(): void;
}

// About as many datagrams as Node takes in per turn: the acknowledgements of what was sent do not pile up.
const perTurn = 32;

/** Spreads what is to be sent over the turns of the event loop, so that a change with thousands of observers delays nobody else. */
export class SendingTurns {
  readonly #waiting = new Set<Sender>();
  #left = perTurn;
  #isArmed = false;

  /** Has the sender send one message, at once where this turn has room. */
  add(sender: Sender): void {
    if (this.#left > 0) this.#give(sender);
    else this.#waiting.add(sender);
  }

  #give(sender: Sender): void {
    this.#left -= 1;
    if (!this.#isArmed) setImmediate(() => this.#renew());
    this.#isArmed = true;
    sender.sendNext();
  }

  #renew(): void {
    this.#isArmed = false;
    this.#left = perTurn;
    for (const sender of this.#waiting) {
      if (this.#left === 0) return;
      this.#waiting.delete(sender);
      this.#give(sender);
    }
  }
}
