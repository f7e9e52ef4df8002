/** What makes a queue about as large as the largest. */
const largeShare = 0.9;

type Entry<Queue> = readonly [clientId: string, queue: Queue];

/** Finds the largest queue, or one that is little smaller: looking at all of them for each message would take seconds. */
export class LargestQueue<Queue extends { readonly bytes: number }> {
  readonly #queues: ReadonlyMap<string, Queue>;
  /** Those that were about the largest when they were last looked for, and the bytes of the largest. */
  #large: Entry<Queue>[] = [];
  #largestBytes = 0;

  constructor(queues: ReadonlyMap<string, Queue>) {
    this.#queues = queues;
  }

  /** Notes the size that a queue has now. */
  changed({ bytes }: Queue): void {
    if (largeShare * bytes > this.#largestBytes) this.#large = [];
  }

  find(): Entry<Queue> | undefined {
    const isLarge = ([, { bytes }]: Entry<Queue>) => bytes > largeShare * this.#largestBytes;
    for (let last = this.#large.at(-1); last; last = this.#large.at(-1)) {
      if (isLarge(last)) return last;
      this.#large.pop();
    }
    this.#largestBytes = 0;
    for (const { bytes } of this.#queues.values()) this.#largestBytes = Math.max(this.#largestBytes, bytes);
    this.#large = [...this.#queues].filter(isLarge).reverse();
    this.#large.sort(([, one], [, other]) => one.bytes - other.bytes);
    return this.#large.at(-1);
  }
}
