import { expect, test } from 'vitest';
import { type ErrorDetails, type ErrorKind, WotError } from '../../src/contracts/errors.ts';
import { keepSubscribed, untilClosed } from '../../src/contracts/subscription-loop.ts';
import { fakeClock } from '../support/fake-clock.ts';

type Turn = WotError | 'again' | 'ended' | 'stands';

const failure = (kind: ErrorKind, details: ErrorDetails = {}): WotError =>
  new WotError(kind, kind.toUpperCase().replace('-', '_'), kind, details);

/** Runs a loop whose attempts end as `turns` say, the last one again and again; the times are those of the attempts, in s. */
function running(...turns: readonly [Turn, ...Turn[]]) {
  const clock = fakeClock(0);
  const told: string[] = [];
  const times: number[] = [];
  const stop = new AbortController();
  const stands = keepSubscribed(
    { clock, random: () => 1 },
    {
      signal: stop.signal,
      listener: {
        next: () => undefined,
        interrupted: (error) => told.push(`interrupted ${(error as WotError).code}`),
        resumed: () => told.push('resumed'),
        failed: (error) => told.push(`failed ${(error as WotError).code}`),
        ended: () => told.push('ended'),
      },
      async attempt({ standing }) {
        const turn = turns[Math.min(times.push(clock.now() / 1000), turns.length) - 1];
        if (turn instanceof WotError) throw turn;
        standing();
        if (turn !== 'stands') return turn as 'again' | 'ended';
        return new Promise((_, reject) =>
          stop.signal.addEventListener('abort', () => reject(stop.signal.reason)),
        );
      },
    },
  );
  return {
    told,
    times,
    stands,
    stop,
    async pass(seconds: number): Promise<void> {
      for (let passed = 0; passed < seconds; passed++) {
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        clock.advance(1000);
      }
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
  };
}

test('a Thing that is not there yet after a restart is waited for', async () => {
  const loop = running('again', failure('unavailable'), failure('not-found'), failure('not-found'), 'stands');
  await loop.pass(20);
  expect(loop.told).toEqual(['interrupted CONNECTION_CLOSED', 'resumed']);
  expect(loop.times).toEqual([0, 1, 3, 7, 15]);
});

test('a Thing that stays away fails the subscription after 30 s, and does not end it', async () => {
  const loop = running('again', failure('not-found'));
  await loop.pass(30);
  expect(loop.told).toEqual(['interrupted CONNECTION_CLOSED']);
  await loop.pass(15);
  expect(loop.told).toEqual(['interrupted CONNECTION_CLOSED', 'failed NOT_FOUND']);
});

test('the 30 s begin anew when the servient goes away again', async () => {
  const loop = running('again', failure('not-found'), failure('unavailable'), failure('not-found'));
  await loop.pass(31);
  expect(loop.told).toEqual(['interrupted CONNECTION_CLOSED']);
});

test.each([
  [failure('not-found', { status: 410 }), 'ended'],
  [failure('forbidden'), 'failed FORBIDDEN'],
  ['ended', 'resumed,ended'],
] as const)('after an interruption, %s is told', async (turn, outcome) => {
  const loop = running('again', turn);
  await loop.pass(2);
  expect(loop.told.join()).toBe(`interrupted CONNECTION_CLOSED,${outcome}`);
});

test('waits as long as the peer asks for', async () => {
  const loop = running('again', failure('overloaded', { retryAfter: 60 }), 'stands');
  await loop.pass(70);
  expect(loop.times).toEqual([0, 1, 61]);
});

test('waits an hour at most, however long the peer asks for', async () => {
  const loop = running('again', failure('overloaded', { retryAfter: 4_294_967_295 }), 'stands');
  await loop.pass(3700);
  expect(loop.times).toEqual([0, 1, 3601]);
});

test('rejects when it cannot begin, and tells nothing', async () => {
  const loop = running(failure('not-found'));
  await expect(loop.stands).rejects.toMatchObject({ kind: 'not-found' });
  expect(loop.told).toEqual([]);
});

test('ends with its signal', async () => {
  const loop = running('stands');
  await loop.stands;
  loop.stop.abort();
  await loop.pass(1);
  expect(loop.told).toEqual(['ended']);
});

test('who has closed a subscription hears nothing more of it', () => {
  const [told, closing]: [string[], AbortController] = [[], new AbortController()];
  const tell = (what: string) => () => told.push(what);
  const listener = untilClosed(
    {
      next: tell('next'),
      gap: tell('gap'),
      interrupted: tell('interrupted'),
      resumed: tell('resumed'),
      failed: tell('failed'),
      ended: tell('ended'),
    },
    closing.signal,
  );
  const all = (): void => {
    listener.next({});
    listener.gap?.({});
    listener.interrupted?.(new Error('x'));
    listener.resumed?.();
    listener.failed(new Error('x'));
    listener.ended();
  };
  all();
  closing.abort();
  all();
  expect(told).toEqual(['next', 'gap', 'interrupted', 'resumed', 'failed', 'ended']);
});
