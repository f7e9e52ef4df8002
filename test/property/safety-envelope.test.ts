import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GuardedDrive, guardedDrive } from '../../things/actuators/guarded-drive.ts';
import { fakeClock } from '../support/fake-clock.ts';

const MOST = 120; // what maxOnTime may be set to, seconds
const REST = 45;

/** Lets promise callbacks run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A drive that may fail after it acted, in a process that may be killed and started again. */
function attacked() {
  const clock = fakeClock();
  const state: Record<'maxOnTime' | 'restedAt', number | string> = {
    maxOnTime: MOST,
    restedAt: new Date(0).toISOString(),
  };
  const spans: { readonly from: number; to: number }[] = [];
  let on = false;
  let failing = false;
  let killed = () => {};

  function drive(value: boolean): void {
    const now = clock.now() / 1000;
    if (value && !on) spans.push({ from: now, to: Number.POSITIVE_INFINITY });
    const last = spans.at(-1);
    if (!value && on && last !== undefined) last.to = now;
    on = value;
    if (value && failing) throw new Error('no answer');
  }

  function started(): GuardedDrive<boolean> {
    killed();
    let alive = true;
    killed = () => {
      alive = false;
    };
    return guardedDrive<boolean>({
      thing: {
        get: (property) => state[property],
        set(property, time) {
          state[property] = time;
        },
        notify() {},
      },
      drive: { set: (value) => (alive ? drive(value) : undefined) },
      off: false,
      clock,
      rest: REST,
      changed() {},
      safetyStopped() {},
    });
  }

  let guarded = started();
  return {
    spans,
    end: () => clock.now() / 1000,
    commands: {
      on: () => guarded.set(true),
      onFailing() {
        failing = true;
        return guarded.set(true).finally(() => {
          failing = false;
        });
      },
      off: () => guarded.set(false),
      runFor: (seconds: number) => guarded.set(true, seconds),
      limit(seconds: number) {
        guarded.shorten(seconds);
        state.maxOnTime = seconds;
      },
      pass: (seconds: number) => clock.advance(seconds * 1000),
      restart() {
        guarded = started();
      },
    },
  };
}

const plain = (name: 'on' | 'onFailing' | 'off' | 'restart') => fc.constant([name, 0] as const);
const timed = (name: 'runFor' | 'limit' | 'pass', max: number) =>
  fc.integer({ min: 1, max }).map((seconds) => [name, seconds] as const);

const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: plain('on') },
    { weight: 2, arbitrary: plain('off') },
    plain('onFailing'),
    plain('restart'),
    timed('runFor', MOST),
    { weight: 2, arbitrary: timed('limit', MOST) },
    { weight: 6, arbitrary: timed('pass', MOST) },
    { weight: 2, arbitrary: timed('pass', REST) },
  ),
  { minLength: 5, maxLength: 80 },
);

it('is never on longer than its maximum, nor in any maximum + rest, whatever callers do', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const { spans, end, commands: command } = attacked();
      await settled();
      for (const [name, seconds] of sequence) {
        // A refused command is part of the game.
        await Promise.resolve(command[name](seconds)).catch(() => {});
        await settled();
      }
      const over = spans.map(({ from, to }) => ({ from, to: Math.min(to, end()) }));
      for (const { from, to } of over) expect(to - from).toBeLessThanOrEqual(MOST);
      for (const { from: begin } of over) {
        const shares = over.map(({ from, to }) => Math.min(to, begin + MOST + REST) - Math.max(from, begin));
        const onTime = shares.reduce((sum, share) => sum + Math.max(0, share), 0);
        expect(onTime).toBeLessThanOrEqual(MOST + 0.001);
      }
    }),
    { numRuns: 300 },
  );
});
