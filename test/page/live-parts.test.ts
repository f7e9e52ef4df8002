import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idToUuid, positionToUuid, uuidToId } from '../../src/interaction/change-ids.ts';
import { changeIdAt, randomUuid, timeOfChangeId, timeOfMessage } from '../../src/ui/app/live/change-id.ts';
import { EventLog } from '../../src/ui/app/live/event-log.ts';
import { FairQueue } from '../../src/ui/app/live/fair-queue.ts';
import { TrendRing, trendSpan } from '../../src/ui/app/live/trend-ring.ts';
import { ValueState } from '../../src/ui/app/live/value-state.ts';

const start = Date.UTC(2026, 0, 1);

describe('change ids', () => {
  it('are those of the servient', () => {
    const now = Date.UTC(2026, 10, 22, 12, 0, 0, 123);
    expect(changeIdAt(now)).toBe(idToUuid(now * 1000));
    expect(uuidToId(changeIdAt(now))).toBe(now * 1000);
    expect(timeOfChangeId(positionToUuid(now * 1000 + 7))).toBe(now + 0.007);
  });

  it('are not read from what holds none', () => {
    fc.assert(fc.property(fc.anything(), (id) => timeOfChangeId(id) === undefined));
    fc.assert(fc.property(fc.uuid({ version: [1, 7] }), (id) => timeOfChangeId(id) === undefined));
    expect(timeOfMessage({ messageID: 'x', timestamp: '2026-01-01T00:00:00.000Z' })).toBe(start);
    expect(timeOfMessage({ messageID: 1, timestamp: 'soon' })).toBeUndefined();
  });

  it('of requests are version 4 UUIDs', () => {
    expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(Array.from({ length: 100 }, randomUuid)).size).toBe(100);
  });
});

describe('a trend', () => {
  it('keeps every spike in at most 1,200 points, however many changes there are', () => {
    const ring = new TrendRing();
    for (let index = 0; index < 60_000; index++)
      ring.add(index === 31_000 ? 999 : index % 7, start + index * 10);
    const { times, values } = ring.points();
    expect(times.length).toBeLessThanOrEqual(1200);
    expect(times.length).toBeGreaterThan(700);
    expect(values.filter((value) => value === 999)).toHaveLength(1);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect([times.at(-1), values.at(-1)]).toEqual([start + 599_990, 59_999 % 7]);
  });

  it('keeps a bounded number of breaks and points, whatever comes', () => {
    const ring = new TrendRing();
    for (let index = 0; index < 20_000; index++) {
      ring.add(index % 3, start + index * 150);
      if (index % 2 === 0) ring.break();
    }
    expect(ring.points().times.length).toBeLessThanOrEqual(1200);
  });

  it('is exact where it is slow, and breaks where something was lost', () => {
    const ring = new TrendRing();
    ring.break();
    ring.add(1, start);
    ring.add(2, start + 10_000);
    ring.break();
    ring.add('3', start + 15_000);
    ring.add(Number.NaN, start + 15_000);
    ring.add(4, start + 20_000);
    const [a, b, c] = [start, start + 10_000, start + 20_000];
    expect(ring.points()).toEqual({ times: [a, b, c, c], values: [1, 2, Number.NaN, 4] });
  });

  it('forgets what is older than ten minutes, save what held at their beginning', () => {
    const ring = new TrendRing();
    for (const minute of [0, 1, 2, 12]) ring.add(minute, start + minute * 60_000);
    expect(ring.points().values).toEqual([2, 12]);
    expect(trendSpan).toBe(600_000);
  });
});

describe('a log of events', () => {
  const event = (id: number) => ({ thing: 't', name: 'e', at: start + id, id: String(id) });

  it('has the newest 200, newest first, each once, in whichever order they come', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 600 });
    const newest = (all: readonly number[]) => [...new Set(all)].sort((a, b) => b - a).slice(0, 200);
    fc.assert(
      fc.property(ids, (all) => {
        const log = new EventLog();
        for (const id of all) log.add(event(id));
        expect(log.all().map(({ at }) => at - start)).toEqual(newest(all));
      }),
    );
  });
});

describe('the state of a value', () => {
  const problem = { title: 'No', detail: 'No', code: 'NO', kind: 'invalid' } as const;

  it('is what is known of it', () => {
    const state = new ValueState();
    expect(state.shown(undefined, false)).toEqual({ state: 'unknown' });
    state.tell(1, start);
    expect(state.shown(5000, false)).toEqual({ state: 'fresh', value: 1, at: start, polled: 5000 });
    expect(state.shown(undefined, true)).toMatchObject({ state: 'stale' });
    state.fail(problem);
    expect(state.shown(undefined, false)).toEqual({ state: 'unreachable', value: 1, at: start, problem });
    state.outdate();
    state.confirm();
    expect(state.shown(undefined, false)).toMatchObject({ state: 'fresh' });
  });

  it('shows the last write alone, and one that was refused until the next or until it is dismissed', () => {
    const state = new ValueState();
    state.tell(1, start);
    const [first, second] = [state.write(5), state.write(6)];
    first(problem);
    expect(state.shown(undefined, false)).toEqual({ state: 'pending', value: 1, at: start, requested: 6 });
    state.dismiss();
    second(problem);
    state.tell(2, start + 1);
    const refused = { state: 'rejected', value: 2, at: start + 1, requested: 6, problem };
    expect(state.shown(undefined, false)).toEqual(refused);
    state.dismiss();
    expect(state.shown(undefined, false)).toEqual({ state: 'fresh', value: 2, at: start + 1 });
  });
});

describe('a fair queue', () => {
  it('takes from one Thing after the other, in order, and passes over those that may not', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item[0] ?? '', item);
    expect(queue.take((thing) => thing !== 'a')).toBe('b1');
    const rest = Array.from({ length: 6 }, () => queue.take(() => true));
    expect(rest).toEqual(['a1', 'c1', 'b2', 'a2', 'a3', undefined]);
    queue.add('a', 'a4');
    expect([queue.clear(), queue.take(() => true)]).toEqual([['a4'], undefined]);
  });
});
