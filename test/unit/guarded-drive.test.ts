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
  let stops = 0;
  const drive = guardedDrive({
    drive: {
      set(value) {
        commands.push(value);
        return set(value);
      },
    },
    off: false,
    clock,
    rest: 30,
    limit: () => 60,
    changed: () => told.push(drive.value()),
    counted: () => counts.push(drive.remaining()),
    safetyStopped: () => {
      stops += 1;
    },
  });
  return { clock, commands, told, counts, drive, stops: () => stops };
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
  expect(stops()).toBe(1);
  expect(told).toEqual([true, false]);
  expect(counts.slice(0, 3)).toEqual([60, 55, 50]);
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
  expect(stops()).toBe(0);
  expect(drive.value()).toBe(true);
  clock.advance(1_000);
  await settled();
  broken = false;
  clock.advance(1_000);
  await settled();
  expect(stops()).toBe(1);
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
