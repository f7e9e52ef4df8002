import { expect, test } from 'vitest';
import { abortable, checkedTimeout, withDeadline } from '../../src/contracts/deadline.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeClock } from '../support/fake-clock.ts';

const never = new Promise<never>(() => undefined);
const href = 'coap://h/x';

test('ends work that takes too long, though it listens to nothing', async () => {
  const clock = fakeClock();
  const failure = failureOf(() => withDeadline(clock, { href, timeout: 1000 }, () => never));
  clock.advance(1000);
  expect(await failure).toMatch(/^timeout RESPONSE_TIMEOUT: coap:\/\/h\/x did not answer within 1000 ms/);
});

test('gives the result, and has no limit where there is none', async () => {
  const clock = fakeClock();
  const work = Promise.withResolvers<number>();
  const result = withDeadline(clock, { href, timeout: 0 }, () => work.promise);
  clock.advance(1e9);
  work.resolve(1);
  expect(await result).toBe(1);
});

test.each(['signal', 'stopping'] as const)('ends when the %s aborts', async (name) => {
  const [abort, reason] = [new AbortController(), new Error('enough')];
  const bounds = { href, timeout: 0, signal: undefined, [name]: abort.signal };
  let ending: AbortSignal | undefined;
  const running = withDeadline(fakeClock(), bounds, (signal) => {
    ending = signal;
    return never;
  });
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(ending?.reason).toBe(reason);
});

test("fails with the caller's reason, and does not begin when that came first", async () => {
  const clock = fakeClock();
  const [abort, reason] = [new AbortController(), new Error('enough')];
  const running = withDeadline(clock, { href, timeout: 1, signal: abort.signal }, () => never);
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  let begun = false;
  const late = withDeadline(clock, { href, timeout: 1, signal: abort.signal }, async () => {
    begun = true;
  });
  await expect(late).rejects.toBe(reason);
  expect(begun).toBe(false);
  await expect(abortable(never, abort.signal)).rejects.toBe(reason);
});

test.each([Number.NaN, -1, Number.NEGATIVE_INFINITY, '5' as never, null as never])(
  'refuses the timeout %j',
  async (timeout) => {
    expect(await failureOf(() => checkedTimeout(timeout))).toMatch(/^invalid TIMEOUT_INVALID/);
  },
);

test('cuts timeouts to what timers can hold', () => {
  expect([0, 1.5, 2 ** 31, Number.POSITIVE_INFINITY].map(checkedTimeout)).toEqual([
    0,
    1.5,
    2 ** 31 - 1,
    2 ** 31 - 1,
  ]);
});
