import { describe, expect, it, vi } from 'vitest';
import { safetyTimer } from '../../things/actuators/safety-timer.ts';
import { fakeClock } from '../support/fake-clock.ts';

function started(limit = 60, rest = 30) {
  const clock = fakeClock();
  const expiries: number[] = [];
  const limits: number[] = [];
  const begin = clock.now();
  const bounds = { limit };
  let restEnd = 0;
  const restarted = () =>
    safetyTimer({
      clock,
      rest,
      limit: () => bounds.limit,
      rested: {
        get: () => restEnd,
        set(time) {
          restEnd = time;
        },
      },
      expired(allowed) {
        expiries.push((clock.now() - begin) / 1000);
        limits.push(allowed);
      },
    });
  const timer = restarted();
  timer.start();
  const seconds = (count: number) => clock.advance(count * 1000);
  return { clock, timer, expiries, limits, bounds, seconds, restarted };
}

const resting = (seconds: number) =>
  expect.objectContaining({
    kind: 'conflict',
    code: 'SAFETY_REST',
    message: expect.stringContaining(`another ${seconds} s`),
  });

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
    seconds(60);
    timer.stop();
    seconds(10);
    expect(timer.start).toThrow(resting(20));
    seconds(20);
    timer.start();
    expect(timer.remaining()).toBe(60);
  });

  it('rests after its time whatever the limit is by then', () => {
    const { timer, seconds, bounds } = started();
    seconds(60);
    timer.stop();
    bounds.limit = 1_000;
    timer.shorten(1_000);
    expect(timer.start).toThrow(resting(30));
  });

  it('begins to rest when it is off, however long that takes after its time', () => {
    const { timer, seconds, expiries } = started();
    seconds(600);
    expect(timer.start).toThrow(resting(30));
    timer.stop();
    timer.stop();
    seconds(29);
    timer.stop();
    expect(timer.start).toThrow(resting(1));
    expect(expiries).toEqual([60]);
  });

  it('rests after a restart that found it on, or its rest not over', () => {
    const { timer, seconds, restarted } = started();
    seconds(10);
    const second = restarted();
    second.stop();
    expect(second.start).toThrow(resting(30));
    seconds(20);
    const third = restarted();
    third.stop();
    expect(third.start).toThrow(resting(10));
    seconds(10);
    third.start();
    expect(third.remaining()).toBe(60);
    timer.stop();
  });

  it('is used up by its timer, also where the clock was set back', () => {
    const { clock, timer, seconds } = started();
    const back = vi.spyOn(clock, 'now');
    seconds(59);
    const late = clock.now() - 3_600_000;
    back.mockImplementation(() => late);
    seconds(1);
    timer.stop();
    expect(timer.start).toThrow(resting(30));
  });

  it('stays silent when stopped in time', () => {
    const { timer, expiries, seconds } = started();
    seconds(59);
    timer.stop();
    seconds(1_000);
    expect(expiries).toEqual([]);
    expect(timer.remaining()).toBe(0);
  });

  it('takes a lower limit at once and a higher one after the rest, and tells the one in force', () => {
    const { timer, expiries, limits, seconds, bounds } = started();
    seconds(10);
    timer.shorten(1_000);
    expect(timer.remaining()).toBe(50);
    timer.shorten(20);
    expect(timer.remaining()).toBe(10);
    bounds.limit = 1_000;
    seconds(5);
    timer.stop();
    timer.start();
    expect(timer.remaining()).toBe(5);
    seconds(5);
    expect(expiries).toEqual([20]);
    expect(limits).toEqual([20]);
    timer.stop();
    seconds(30);
    timer.start();
    expect(timer.remaining()).toBe(1_000);
  });

  it('applies a lower limit to a run that pauses', () => {
    const { timer, seconds } = started();
    seconds(10);
    timer.stop();
    timer.shorten(5);
    expect(timer.start).toThrow(resting(30));
  });
});
