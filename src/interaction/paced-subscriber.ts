import type { Change, Gap, Subscriber } from '../contracts/interaction.ts';
import type { Replay } from './change-feed.ts';

/** A connection that may be slower than its changes. */
export interface PacedSink {
  /** Whether it takes another change now. */
  ready(): boolean;
  change(change: Change): void;
  gap(gap: Gap): void;
  ended(): void;
  /** Asks the ring for what came after an id. */
  replay(after: number): Replay;
  wanted(change: Change): boolean;
}

/** Skips changes while its sink is not ready; `resume` catches up from the ring, and tells a gap where that is overrun. */
export function pacedSubscriber(sink: PacedSink): Subscriber & { resume(): void } {
  let last = 0;
  let behind = false;
  const send = (change: Change) => {
    last = change.id;
    sink.change(change);
  };
  return {
    change(change) {
      behind ||= last > 0 && !sink.ready();
      if (!behind) send(change);
    },
    gap: (gap) => sink.gap(gap),
    ended: () => sink.ended(),
    resume() {
      if (!behind) return;
      const { gap, changes } = sink.replay(last);
      if (gap) sink.gap(gap);
      for (const change of changes) {
        if (!sink.wanted(change)) continue;
        if (!sink.ready()) return;
        send(change);
      }
      behind = false;
    },
  };
}
