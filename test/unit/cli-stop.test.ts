import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { stopOnSignals } from '../../src/cli/stop-on-signals.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { fakeClock } from '../support/fake-clock.ts';

function running(stop: () => Promise<void>) {
  const clock = fakeClock();
  const codes: number[] = [];
  const signals = Object.assign(new EventEmitter(), { exit: (code: number) => codes.push(code) });
  stopOnSignals({ stop }, silentLogger, { process: signals, clock });
  return { clock, codes, signal: (name: 'SIGINT' | 'SIGTERM') => signals.emit(name) };
}

const never = () => new Promise<void>(() => {});

describe('a signal', () => {
  test('stops the servient and ends with 0', async () => {
    const { codes, signal } = running(() => Promise.resolve());
    signal('SIGTERM');
    await expect.poll(() => codes).toEqual([0]);
  });

  test('that comes again at once is the same one: npm passes on what the terminal sent to all', () => {
    const { clock, codes, signal } = running(never);
    signal('SIGINT');
    signal('SIGINT');
    clock.advance(499);
    signal('SIGTERM');
    expect(codes).toEqual([]);
  });

  test('that comes again later does not wait', () => {
    const { clock, codes, signal } = running(never);
    signal('SIGINT');
    clock.advance(500);
    signal('SIGINT');
    expect(codes).toEqual([1]);
  });

  test('waits no longer than two seconds', () => {
    const { clock, codes, signal } = running(never);
    signal('SIGINT');
    clock.advance(2000);
    expect(codes).toEqual([1]);
  });

  test('ends with 1 where stopping fails', async () => {
    const { codes, signal } = running(() => Promise.reject(new Error('no')));
    signal('SIGINT');
    await expect.poll(() => codes).toEqual([1]);
  });
});
