/** A Ping that asks for custody, with the number of the request that came before it last. */
interface WaitingPing {
  readonly after: number;
  answer(inCustody: boolean): void;
}

const pingsAtMost = 16;

/** The requests of one connection that are not answered yet, and the Pings that wait for them (RFC 8323 section 5.4.1). */
export class RequestsUnderWay {
  readonly #open = new Set<number>();
  readonly #pings: WaitingPing[] = [];
  #last = 0;

  get size(): number {
    return this.#open.size;
  }

  /** Begins one; the returned function ends it. */
  begin(): () => void {
    const number = ++this.#last;
    this.#open.add(number);
    return () => {
      this.#open.delete(number);
      const [oldest = Number.POSITIVE_INFINITY] = this.#open;
      while ((this.#pings[0]?.after ?? oldest) < oldest) this.#pings.shift()?.answer(true);
    };
  }

  /** Calls once all requests so far are answered, or at once, without custody, where too many wait already. */
  whenAnswered(answer: (inCustody: boolean) => void): void {
    if (this.#open.size === 0) answer(true);
    else if (this.#pings.length === pingsAtMost) answer(false);
    else this.#pings.push({ after: this.#last, answer });
  }
}
