import type { SeededRandom } from '../../../src/simulation/seeded-random.ts';
import type { Tag, TagField, TagListener } from '../../../things/rfid/tag-reader.ts';

interface Visit {
  readonly tag: Tag;
  readonly since: number;
  readonly until: number;
}

/** A gate with passing tags: a field that a reader can stand at, advanced step by step. */
export interface Gate extends TagField {
  /** Advances to `time` (ms since 1970) by `seconds`. */
  step(time: number, seconds: number): void;
}

const wearers: readonly Pick<Tag, 'epc' | 'kind'>[] = [
  ...Array.from({ length: 24 }, (_, number) => ({
    epc: `urn:epc:id:grai:0614141.12345.${400 + number}`,
    kind: 'tray' as const,
  })),
  ...Array.from({ length: 5 }, (_, number) => ({
    epc: `urn:epc:id:gsrnp:0614141.${1_000_000_001 + number}`,
    kind: 'badge' as const,
  })),
];

const GAP = 240; // seconds between two arrivals in working hours, on average
const STAY = 40; // seconds in the field, on average

/** A gate where trays and workers pass between six and eighteen o'clock. */
export function gate(random: SeededRandom): Gate {
  const visits = new Map<string, Visit>();
  const listeners = new Set<TagListener>();

  function arrive(time: number): void {
    const wearer = wearers[Math.floor(random.next() * wearers.length)];
    if (wearer === undefined || visits.has(wearer.epc)) return;
    const rssi = Math.round(-62 + 8 * random.gaussian());
    const tag = {
      ...wearer,
      rssi: Math.min(-30, Math.max(-85, rssi)),
      antenna: 1 + Math.floor(random.next() * 4),
    };
    const stay = -STAY * Math.log(1 - random.next());
    visits.set(tag.epc, { tag, since: time, until: time + 1_000 * (5 + stay) });
    for (const listener of listeners) listener.seen(tag);
  }

  return {
    present: () => [...visits.values()].map(({ tag }) => tag),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    step(time, seconds) {
      for (const { tag, since, until } of visits.values()) {
        if (until > time) continue;
        visits.delete(tag.epc);
        for (const listener of listeners) listener.left(tag, Math.round((time - since) / 1_000));
      }
      const hour = (time / 3_600_000) % 24;
      if (hour >= 6 && hour < 18 && random.next() < seconds / GAP) arrive(time);
    },
  };
}
