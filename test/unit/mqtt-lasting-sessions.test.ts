import { expect, test } from 'vitest';
import { LastingSessions, sessionRecord } from '../../src/bindings/mqtt/broker/state/lasting-sessions.ts';
import { fakeClock } from '../support/fake-clock.ts';

function sessions(connected: readonly string[]) {
  const clock = fakeClock(0);
  const forgotten: string[] = [];
  const changed: string[] = [];
  const make = () =>
    new LastingSessions({ sessions: 2, absence: 1000 }, clock, {
      isConnected: (id) => connected.includes(id),
      changed: ({ clientId, absentSince }) => changed.push(`${clientId} ${absentSince}`),
      forget: ({ clientId }) => forgotten.push(clientId),
    });
  return { clock, forgotten, changed, kept: make(), make };
}

test('where they are too many, the session absent longest is forgotten', () => {
  const { kept, forgotten, clock } = sessions([]);
  for (const id of ['a', 'b']) expect(kept.admit(id, false)).toBe(true);
  clock.advance(1);
  kept.left('a');
  expect([kept.admit('b', false), kept.admit('c', false), forgotten]).toEqual([true, true, ['a']]);
});

test('those of connected clients stay [MQTT-4.1.0-2]', () => {
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

test('a later broker knows them, whose they are and since when they are away; who was connected is away since now', () => {
  const { kept, make, changed, forgotten, clock } = sessions([]);
  for (const id of ['a', 'b']) kept.admit(id, false, { name: `user-${id}`, roles: [] });
  for (const id of ['a', 'b']) kept.came(id);
  clock.advance(100);
  kept.left('b');
  expect(changed).toEqual(['a undefined', 'b undefined', 'b 100']);
  clock.advance(400);
  const later = make();
  later.load([...kept].map((session) => [session.clientId, Buffer.from(sessionRecord(session).value ?? [])]));
  expect([later.get('a')?.principal?.name, later.get('a')?.number, later.get('b')?.number]).toEqual([
    'user-a',
    1,
    2,
  ]);
  clock.advance(600);
  later.expire();
  expect(forgotten).toEqual(['b']);
  expect([later.admit('a', false), later.get('a')?.resumed]).toEqual([true, true]);
  expect([later.admit('c', false), later.get('c')?.number]).toEqual([true, 3]);
});
