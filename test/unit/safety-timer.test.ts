import { describe, expect, it } from 'vitest';
import { safetyTimer } from '../../things/actuators/safety-timer.ts';
import { fakeClock } from '../support/fake-clock.ts';

function started(limit = 60, rest = 30) {
  const clock = fakeClock();
  const expiries: number[] = [];
  const begin = clock.now();
  const bounds = { limit };
  const timer = safetyTimer({
    clock,
    rest,
    limit: () => bounds.limit,
    expired: () => expiries.push((clock.now() - begin) / 1000),
  });
  timer.start();
  return { clock, timer, expiries, bounds, seconds: (count: number) => clock.advance(count * 1000) };
}

describe('safetyTimer', () => {
  it('expires at its limit, counted from the first start', () => {
    const { timer, expiries, seconds } = started();
    seconds(50);
    timer.start();
    expect(timer.remaining()).toBe(10);
    seconds(100);
    expect(expiries).toEqual([60]);
    expect(timer.remaining()).toBe(0);
  });

  it('counts on through pauses shorter than the rest', () => {
    const { timer, expiries, seconds } = started();
    for (let toggles = 0; toggles < 5; toggles += 1) {
      seconds(10);
      timer.stop();
      seconds(29);
      timer.start();
    }
    expect(timer.remaining()).toBe(10);
    seconds(10);
    expect(expiries).toEqual([5 * 39 + 10]);
  });

  it('begins anew after the rest', () => {
    const { timer, seconds } = started();
    seconds(50);
    timer.stop();
    seconds(30);
    timer.start();
    expect(timer.remaining()).toBe(60);
  });

  it('refuses to start until it has rested, and says for how long', () => {
    const { timer, seconds } = started();
    seconds(70);
    expect(timer.start).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        code: 'SAFETY_REST',
        message: expect.stringContaining('20 s'),
      }),
    );
    seconds(20);
    timer.start();
    expect(timer.remaining()).toBe(60);
  });

  it('stays silent when stopped in time', () => {
    const { timer, expiries, seconds } = started();
    seconds(59);
    timer.stop();
    seconds(1_000);
    expect(expiries).toEqual([]);
    expect(timer.remaining()).toBe(0);
  });

  it('takes a lower limit at once and a higher one at the next start', () => {
    const { timer, expiries, seconds, bounds } = started();
    seconds(10);
    timer.shorten(1_000);
    expect(timer.remaining()).toBe(50);
    timer.shorten(20);
    expect(timer.remaining()).toBe(10);
    timer.shorten(5);
    seconds(1);
    expect(expiries).toEqual([10]);
    bounds.limit = 1_000;
    seconds(30);
    timer.start();
    expect(timer.remaining()).toBe(1_000);
  });
});
