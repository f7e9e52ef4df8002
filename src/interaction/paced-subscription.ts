import type { Change, Gap, Subscriber, Unsubscribe } from '../contracts/interaction.ts';

/** A connection that may be slower than the changes it carries. */
export interface PacedSink {
  /** Whether it takes another change now. */
  ready(): boolean;
  /** As that of a Subscriber. */
  since?(id: number): void;
  change(change: Change): void;
  gap(gap: Gap): void;
  /** The Thing is gone; nothing follows. */
  ended(): void;
  /** Catching up failed; nothing follows. */
  failed(error: unknown): void;
  /** Subscribes; where an id is given, with what came after it. */
  subscribe(subscriber: Subscriber, after: number | undefined): Promise<Unsubscribe>;
}

/** One subscription at the pace of its sink: skips changes while that is not ready, then subscribes again after the last one it took. */
export class PacedSubscription {
  readonly #sink: PacedSink;
  /** The newest change that the sink took, 0 where none. */
  #last = 0;
  /** The newest change that was skipped, 0 where none. */
  #missed = 0;
  #turn = 0;
  #subscribing = false;
  #over = false;
  #unsubscribe: Unsubscribe = () => undefined;

  constructor(sink: PacedSink) {
    this.#sink = sink;
  }

  /** Rejects as subscribing does. */
  async start(after: number | undefined): Promise<void> {
    const earlier = this.#unsubscribe;
    this.#missed = 0;
    this.#subscribing = true;
    try {
      // The earlier subscription stays until the new one stands: the Thing sees no break, and its end is not missed.
      this.#unsubscribe = await this.#sink.subscribe(this.#subscriber(), after);
    } finally {
      this.#subscribing = false;
      earlier();
    }
    if (this.#over) this.#unsubscribe();
    else await this.#catchUp();
  }

  /** The sink may be ready again. */
  resume(): void {
    this.#catchUp().catch((error) => this.#over || this.#sink.failed(error));
  }

  stop(): void {
    this.#over = true;
    this.#unsubscribe();
  }

  async #catchUp(): Promise<void> {
    if (this.#missed === 0 || this.#subscribing || this.#over || !this.#sink.ready()) return;
    await this.start(this.#last);
  }

  /** Takes changes until the next one is made. */
  #subscriber(): Subscriber {
    this.#turn += 1;
    const turn = this.#turn;
    const isCurrent = () => turn === this.#turn && !this.#over;
    return {
      since: (id) => isCurrent() && this.#sink.since?.(id),
      change: (change) => isCurrent() && this.#take(change),
      gap: (gap) => isCurrent() && this.#sink.gap(gap),
      ended: () => this.#end(),
    };
  }

  #take(change: Change): void {
    if (this.#missed > 0 || (this.#last > 0 && !this.#sink.ready())) {
      this.#missed = change.id;
    } else {
      this.#last = change.id;
      this.#sink.change(change);
    }
  }

  #end(): void {
    if (this.#over) return;
    if (this.#missed > 0) this.#sink.gap({ after: this.#last, resumesAt: this.#missed + 1 });
    this.#over = true;
    this.#sink.ended();
  }
}
