/** Bytes that a peer may be sent for each byte that it sent, before it has shown that it is where it says (RFC 9175 section 2.4). */
const amplification = 3;

/** How a peer shows that it is where it says. */
export interface Proof {
  /** The value of the Echo option that it has to send back. */
  echo(): Buffer;
  isGiven(): boolean;
}

/**
 * What a peer may be sent for one datagram of its own (RFC 7252 section 11.3): answers, notifications and repetitions
 * together. Once the peer is verified it is without bounds.
 */
export class Allowance {
  readonly #proof: Proof;
  readonly #most: number;
  #left: number;
  #isAnswered = false;

  /** `received` is the size of the peer's datagram. */
  constructor(received: number, proof: Proof) {
    this.#most = received * amplification;
    this.#left = this.#most;
    this.#proof = proof;
  }

  /** Bytes that the next message may have: half of what is left where that message may have to be repeated. */
  get room(): number {
    const left = this.#lifted();
    return this.#isAnswered ? Math.floor(left / 2) : left;
  }

  /** The value of the Echo option that the peer has to send back. */
  get echo(): Buffer {
    return this.#proof.echo();
  }

  /** The datagram is answered or acknowledged: what follows is confirmable. */
  answered(): void {
    this.#isAnswered = true;
  }

  /** Whether these bytes may leave; they are taken off. */
  take(bytes: number): boolean {
    if (bytes > this.#lifted()) return false;
    this.#left -= bytes;
    return true;
  }

  /**
   * The peer acknowledged a message of this size by an id that it could only guess. Never more is earned than there
   * was, so that many messages in flight do not make guessing worthwhile.
   */
  earn(bytes: number): void {
    this.#left = Math.min(this.#left + bytes * amplification, Math.max(this.#left, this.#most));
  }

  #lifted(): number {
    if (this.#proof.isGiven()) this.#left = Number.POSITIVE_INFINITY;
    return this.#left;
  }
}
