import { expect, it } from 'vitest';
import { guardedDrive } from '../../things/actuators/guarded-drive.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** Lets promise callbacks run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function guarded(set: (value: boolean) => void | Promise<void> = () => {}) {
  const clock = fakeClock();
  const commands: boolean[] = [];
  const told: boolean[] = [];
  const counts: number[] = [];
  const stops: number[] = [];
  const state: Record<'maxOnTime' | 'restedAt', number | string> = {
    maxOnTime: 60,
    restedAt: new Date(0).toISOString(),
  };
  const drive = guardedDrive<boolean>({
    thing: {
      get: (property) => state[property],
      set(property, time) {
        state[property] = time;
      },
      notify: (_, seconds) => void counts.push(seconds),
    },
    drive: {
      set(value) {
        commands.push(value);
        return set(value);
      },
    },
    off: false,
    clock,
    rest: 30,
    changed: () => void told.push(drive.value()),
    safetyStopped: (maxOnTime) => void stops.push(maxOnTime),
  });
  return { clock, commands, told, counts, drive, state, stops };
}

it('is switched off to begin with: a killed process may have left it on', async () => {
  const { commands, told } = guarded();
  await settled();
  expect(commands).toEqual([false]);
  expect(told).toEqual([]);
});

it('switches itself off after its limit, however often it is switched on, and tells', async () => {
  const { clock, commands, told, counts, drive, stops } = guarded();
  for (let calls = 0; calls < 6; calls += 1) {
    await drive.set(true);
    clock.advance(9_900);
  }
  expect(drive.value()).toBe(true);
  expect(drive.remaining()).toBe(1);
  clock.advance(1_000);
  await settled();
  expect(drive.value()).toBe(false);
  expect(commands.at(-1)).toBe(false);
  expect(stops).toEqual([60]);
  expect(told).toEqual([true, false]);
  expect(counts.slice(0, 5)).toEqual([0, 60, 55, 51, 46]);
  expect(counts.at(-1)).toBe(0);
  await expect(drive.set(true)).rejects.toMatchObject({ code: 'SAFETY_REST' });
});

it('keeps trying while the drive does not switch off', async () => {
  let broken = false;
  const { clock, commands, drive, stops } = guarded(() => {
    if (broken) throw new Error('no answer');
  });
  await drive.set(true);
  broken = true;
  clock.advance(60_000);
  await settled();
  expect(stops).toEqual([]);
  expect(drive.value()).toBe(true);
  clock.advance(1_000);
  await settled();
  broken = false;
  clock.advance(1_000);
  await settled();
  expect(stops).toEqual([60]);
  expect(drive.value()).toBe(false);
  expect(commands.filter((command) => !command).length).toBeGreaterThanOrEqual(3);
});

it('stays guarded after a command that failed', async () => {
  const { clock, commands, drive } = guarded((value) => {
    if (value) throw new Error('no answer');
  });
  await settled();
  await expect(drive.set(true)).rejects.toThrow('no answer');
  expect(drive.value()).toBe(false);
  clock.advance(60_000);
  await settled();
  expect(commands).toEqual([false, true, false]);
});

it('follows the last command when answers come late', async () => {
  const answers: (() => void)[] = [];
  const { drive } = guarded((value) => new Promise((resolve) => (value ? resolve() : answers.push(resolve))));
  const off = drive.set(false);
  await drive.set(true);
  for (const answer of answers) answer();
  await off;
  expect(drive.value()).toBe(true);
  expect(drive.remaining()).toBe(60);
});

it('tells the limit that ended the run, not one that was set meanwhile', async () => {
  const { clock, drive, state, stops } = guarded();
  await drive.set(true);
  state.maxOnTime = 600;
  clock.advance(60_000);
  await settled();
  expect(stops).toEqual([60]);
});

it('ends by itself after the time given with a command, and tells of that time', async () => {
  const { clock, commands, counts, drive, stops } = guarded();
  await drive.set(true, 20);
  expect(drive.remaining()).toBe(20);
  expect(counts.at(-1)).toBe(20);
  clock.advance(20_000);
  await settled();
  expect(commands).toEqual([false, true, false]);
  expect(drive.value()).toBe(false);
  expect(counts.at(-1)).toBe(0);
  expect(stops).toEqual([]);
});

it('keeps the end that was given where a later command fails', async () => {
  let broken = false;
  const { clock, drive } = guarded(() => {
    if (broken) throw new Error('no answer');
  });
  await drive.set(true, 20);
  broken = true;
  await expect(drive.set(true)).rejects.toThrow('no answer');
  broken = false;
  clock.advance(20_000);
  await settled();
  expect(drive.value()).toBe(false);
});

it('leaves a drive alone that was switched on after it did not answer at first', async () => {
  let broken = true;
  const { clock, commands, drive } = guarded(() => {
    if (broken) throw new Error('no answer');
  });
  await settled();
  broken = false;
  await drive.set(true);
  clock.advance(2_000);
  await settled();
  expect(commands).toEqual([false, true]);
  expect(drive.value()).toBe(true);
});

it('stays guarded where off is answered after a later on that fails', async () => {
  let answer = () => {};
  let answers = false;
  const { clock, commands, drive } = guarded((value) => {
    if (value && answers) throw new Error('no answer');
    if (!answers) return;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  await drive.set(true);
  answers = true;
  const off = drive.set(false);
  await expect(drive.set(true)).rejects.toThrow('no answer');
  answer();
  await off;
  answers = false;
  clock.advance(60_000);
  await settled();
  expect(commands).toEqual([false, true, false, true, false]);
});
