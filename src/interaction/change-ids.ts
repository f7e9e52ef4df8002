import { randomUUID } from 'node:crypto';
import type { Clock } from '../contracts/clock.ts';
import type { FactStore } from '../contracts/stores.ts';

const fact = 'change-id';
const reserve = 1_000_000;

/** Ids of changes: microseconds since 1970, strictly rising, also across restarts and a clock that is set back. */
export interface ChangeIds {
  next(): number;
  /** The highest id given out so far. */
  readonly last: number;
  /** Notes where to go on after a clean stop. */
  close(): Promise<void>;
}

/** Ids are reserved a second ahead in the store, so that a killed process never gives one out twice. */
export async function openChangeIds(clock: Clock, facts: FactStore): Promise<ChangeIds> {
  const micros = () => Math.floor(clock.now() * 1000);
  let last = Math.max(micros(), Number(facts.get(fact) ?? 0));
  let reserved = last + reserve;
  await facts.set(fact, String(reserved));
  return {
    get last() {
      return last;
    },
    next() {
      last = Math.max(micros(), last + 1);
      if (last > reserved - reserve / 2) {
        reserved = last + reserve;
        // A failed reservation shows at the next save of state; ids go on.
        facts.set(fact, String(reserved)).catch(() => {});
      }
      return last;
    },
    close: () => facts.set(fact, String(last)),
  };
}

/** RFC 3339 in UTC with six decimals: the text form of an id (SSE `id:`, `timestamp`). */
export function idToTimestamp(id: number): string {
  const millis = Math.floor(id / 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(id - millis * 1000).padStart(3, '0')}Z`;
}

/** Reads the text form of an id, or the bare number; undefined where it is neither. */
export function timestampToId(text: string): number | undefined {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3})(\d{3})Z$/.exec(text);
  if (!match) return undefined;
  const id = Date.parse(`${match[1]}.${match[2]}Z`) * 1000 + Number(match[3]);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** The UUID form of an id (WebSocket `messageID`): shaped like version 4, its first 60 free bits hold the id (RFC 9562 section 5.4). */
export function idToUuid(id: number): string {
  const hex = id.toString(16).padStart(15, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12)}-8000-000000000000`;
}

/** A UUID that holds an id and is like no other: of a message that is not this change, but tells what comes after it. */
export function positionToUuid(id: number): string {
  return `${idToUuid(id).slice(0, 19)}8001${randomUUID().slice(-13)}`;
}

/** Reads the UUID form of an id or of a position; undefined where it is no such UUID. */
export function uuidToId(text: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-(?:8000-0{12}|8001-[0-9a-f]{12})$/i.exec(text);
  const id = match ? Number.parseInt(match.slice(1).join(''), 16) : Number.NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}
