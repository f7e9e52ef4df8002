import { describe, expect, test } from 'vitest';
import type { Subscriber } from '../../src/contracts/interaction.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { ChangeFeed } from '../../src/interaction/change-feed.ts';
import { idToTimestamp, openChangeIds, timestampToId } from '../../src/interaction/change-ids.ts';
import { notifier } from '../../src/interaction/notify-rule.ts';
import { openSubscription } from '../../src/interaction/subscriptions.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { fakeClock } from '../support/fake-clock.ts';

const topic = { thing: 'lamp', kind: 'properties', name: 'level' } as const;

async function openFeed(bounds?: { readonly changes: number; readonly bytes: number }) {
  const clock = fakeClock();
  const ids = await openChangeIds(clock, memoryStorage().facts);
  return { feed: new ChangeFeed(ids, silentLogger, bounds), clock, ids };
}

function recorder(): Subscriber & { readonly told: unknown[] } {
  const told: unknown[] = [];
  return {
    told,
    change: ({ data }) => told.push(data),
    gap: (gap) => told.push(gap),
    ended: () => told.push('ended'),
  };
}

describe('change ids', () => {
  test('rise strictly while the clock stands, goes back, and across a restart', async () => {
    const { facts } = memoryStorage();
    const clock = fakeClock();
    const first = await openChangeIds(clock, facts);
    const given = [first.next(), first.next(), first.next()];
    clock.advance(2000);
    given.push(first.next());
    const earlier = fakeClock(clock.now() - 60_000);
    const second = await openChangeIds(earlier, facts);
    given.push(second.next(), second.next());
    expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
    await second.close();
    expect(Number(facts.get('change-id'))).toBe(second.last);
  });

  test('are the time in microseconds, as text with six decimals and back', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1) + 5000);
    const ids = await openChangeIds(clock, memoryStorage().facts);
    clock.advance(1000);
    const id = ids.next();
    expect(idToTimestamp(id)).toBe('2026-01-01T00:00:06.000000Z');
    expect(timestampToId(idToTimestamp(id + 7))).toBe(id + 7);
    expect(timestampToId(String(id))).toBe(id);
    for (const text of ['', 'yesterday', '2026-01-01T00:00:00Z', '2026-99-01T00:00:00.000000Z', '-1']) {
      expect(timestampToId(text)).toBeUndefined();
    }
  });

  test('go on when the store fails', async () => {
    const clock = fakeClock();
    let broken = false;
    const facts = {
      ...memoryStorage().facts,
      set: () => (broken ? Promise.reject(new Error('full')) : Promise.resolve()),
    };
    const ids = await openChangeIds(clock, { ...facts, get: () => undefined });
    broken = true;
    clock.advance(10_000);
    expect(ids.next()).toBeGreaterThan(0);
  });
});

describe('the change feed', () => {
  test('delivers to the affordance and to all of its kind, until unsubscribed', async () => {
    const { feed } = await openFeed();
    const [one, all, other] = [recorder(), recorder(), recorder()];
    const stop = feed.subscribe(topic, one);
    feed.subscribe({ thing: 'lamp', kind: 'properties' }, all);
    feed.subscribe({ thing: 'lamp', kind: 'events', name: 'level' }, other);
    feed.publish(topic, 1);
    expect(feed.subscriberCount(topic)).toBe(1);
    stop();
    stop();
    feed.publish(topic, 2);
    expect([one.told, all.told, other.told]).toEqual([[1], [1, 2], []]);
    expect(feed.subscriberCount(topic)).toBe(0);
  });

  test('replays what the ring holds and tells a gap beyond it, by count and by bytes', async () => {
    for (const bounds of [
      { changes: 3, bytes: 1e6 },
      { changes: 1e6, bytes: 3 * 364 },
    ]) {
      const { feed } = await openFeed(bounds);
      const changes = [1, 2, 3, 4, 5].map(() => feed.publish(topic, { text: 'x'.repeat(114) }));
      const all = () => true;
      expect(feed.replay(all, changes[2]?.id ?? 0)).toEqual({ changes: changes.slice(3) });
      const { gap, changes: left } = feed.replay(all, changes[0]?.id ?? 0);
      expect(gap).toEqual({ after: changes[0]?.id, resumesAt: (changes[1]?.id ?? 0) + 1 });
      expect(left).toEqual(changes.slice(2));
    }
  });

  test('keeps order over thousands of changes', async () => {
    const { feed } = await openFeed({ changes: 1500, bytes: 1e9 });
    const published = Array.from({ length: 5000 }, (_, index) => feed.publish(topic, index));
    const { changes } = feed.replay(() => true, published[4000]?.id ?? 0);
    expect(changes.map(({ data }) => data)).toEqual(Array.from({ length: 999 }, (_, index) => 4001 + index));
  });

  test('counts the bytes of binary, nested and null data', async () => {
    const { feed } = await openFeed({ changes: 10, bytes: 500 });
    for (const data of [new Uint8Array(200), { a: [null, 'text'] }, null]) feed.publish(topic, data);
    expect(feed.replay(() => true, Number.MAX_SAFE_INTEGER).changes).toEqual([]);
    expect(feed.replay(() => true, 0).changes.length).toBeLessThan(3);
  });

  test('goes on when a subscriber fails', async () => {
    const { feed } = await openFeed();
    const one = recorder();
    feed.subscribe(topic, {
      change() {
        throw new Error('bug');
      },
    });
    feed.subscribe(topic, one);
    feed.publish(topic, 1);
    expect(one.told).toEqual([1]);
  });

  test('ends subscriptions once', async () => {
    const { feed } = await openFeed();
    const one = recorder();
    feed.subscribe(topic, one);
    feed.end([topic, topic, { thing: 'lamp', kind: 'events' }]);
    feed.publish(topic, 1);
    expect(one.told).toEqual(['ended']);
  });
});

describe('a subscription', () => {
  test('starts with the present value, which changes during the read replace', async () => {
    const { feed } = await openFeed();
    const [quick, slow] = [recorder(), recorder()];
    await openSubscription(feed, topic, quick, {
      after: undefined,
      present: async (tell) => tell('level', 1),
    });
    const present = async (tell: (name: string, value: unknown) => void) => {
      feed.publish(topic, 2);
      tell('level', 'old');
    };
    await openSubscription(feed, topic, slow, { after: undefined, present });
    feed.publish(topic, 3);
    expect([quick.told, slow.told]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });

  test('resumes without loss, and after a gap with an empty ring starts anew', async () => {
    const { feed, ids } = await openFeed();
    const first = feed.publish(topic, 1);
    feed.publish(topic, 2);
    const [resumed, lost] = [recorder(), recorder()];
    await openSubscription(feed, topic, resumed, { after: first.id });
    expect(resumed.told).toEqual([2]);
    const fresh = new ChangeFeed(ids, silentLogger);
    await openSubscription(fresh, topic, lost, {
      after: first.id,
      present: async (tell) => tell('level', 9),
    });
    expect(lost.told).toEqual([{ after: first.id, resumesAt: expect.any(Number) }, 9]);
  });

  test('of several properties tells after a gap what was not replayed', async () => {
    const { feed } = await openFeed({ changes: 2, bytes: 1e6 });
    const all = { thing: 'lamp', kind: 'properties' } as const;
    const first = feed.publish({ ...all, name: 'a' }, 'old');
    for (const data of [1, 2, 3]) feed.publish({ ...all, name: 'b' }, data);
    const told = recorder();
    const present = async (tell: (name: string, value: unknown) => void) => {
      tell('a', 'now');
      tell('b', 3);
    };
    await openSubscription(feed, all, told, { after: first.id - 1, present });
    expect(told.told).toEqual([expect.objectContaining({ after: first.id - 1 }), 2, 3, 'now']);
  });

  test('fails with its first read and leaves nothing behind', async () => {
    const { feed } = await openFeed();
    const present = () => Promise.reject(new Error('offline'));
    await expect(openSubscription(feed, topic, recorder(), { after: undefined, present })).rejects.toThrow(
      'offline',
    );
    expect(feed.subscriberCount(topic)).toBe(0);
  });

  test('tells when the Thing goes away during the first read', async () => {
    const { feed } = await openFeed();
    const one = recorder();
    const present = async () => feed.end([topic]);
    const stop = await openSubscription(feed, topic, one, { after: undefined, present });
    stop();
    expect(one.told).toEqual(['ended']);
  });
});

test('the replay ring lets go of what it drops', async () => {
  const { feed } = await openFeed({ changes: 2, bytes: 1e6 });
  const dropped = new WeakRef(feed.publish(topic, { large: true }));
  for (const data of [1, 2]) feed.publish(topic, data);
  await new Promise(setImmediate);
  collectGarbage();
  expect(dropped.deref()).toBeUndefined();
});

describe('a notify rule', () => {
  test('holds values back inside minInterval; the last one arrives', () => {
    const clock = fakeClock();
    const told: unknown[] = [];
    const { offer, close } = notifier({ minInterval: 1000 }, { clock, tell: (value) => told.push(value) });
    for (const value of [1, 2, 3]) offer(value);
    expect(told).toEqual([1]);
    clock.advance(1000);
    expect(told).toEqual([1, 3]);
    clock.advance(5000);
    offer(4);
    offer(5);
    close();
    clock.advance(5000);
    expect(told).toEqual([1, 3, 4]);
  });

  test('keeps numeric changes below the deadband back, others never', () => {
    const told: unknown[] = [];
    const { offer } = notifier(
      { deadband: 0.5 },
      { clock: fakeClock(), tell: (value) => told.push(value), initial: 0.8 },
    );
    for (const value of [1, 1.4, 1.6, 'off', 'on']) offer(value);
    expect(told).toEqual([1.4, 'off', 'on']);
  });
});
