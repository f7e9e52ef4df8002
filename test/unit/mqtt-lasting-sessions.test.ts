import { expect, test } from 'vitest';
import { LastingSessions } from '../../src/bindings/mqtt/broker/lasting-sessions.ts';
import { fakeClock } from '../support/fake-clock.ts';

function sessions(connected: readonly string[]) {
  const clock = fakeClock();
  const forgotten: string[] = [];
  const kept = new LastingSessions({ sessions: 2, absence: 1000 }, clock, {
    isConnected: (id) => connected.includes(id),
    forget: (id) => forgotten.push(id),
  });
  return { clock, forgotten, kept };
}

test('where they are too many, the session absent longest is forgotten', () => {
  const { kept, forgotten, clock } = sessions([]);
  for (const id of ['a', 'b']) expect(kept.admit(id, false)).toBe(true);
  clock.advance(1);
  kept.left('a');
  expect([kept.admit('b', false), kept.admit('c', false), forgotten]).toEqual([true, true, ['a']]);
});

test('those of connected clients stay', () => {
  const { kept, forgotten, clock } = sessions(['a', 'b']);
  for (const id of ['a', 'b']) kept.admit(id, false);
  clock.advance(2000);
  kept.expire();
  expect([kept.admit('c', false), kept.admit('d', true), forgotten]).toEqual([false, true, []]);
});

test('a session ends after its time, or when its client wants none', () => {
  const { kept, forgotten, clock } = sessions([]);
  kept.admit('a', false);
  clock.advance(999);
  kept.admit('b', false);
  kept.expire();
  expect(forgotten).toEqual([]);
  clock.advance(1);
  kept.expire();
  kept.admit('b', true);
  kept.admit('b', true);
  expect(forgotten).toEqual(['a', 'b']);
});
