import { describe, expect, it } from 'vitest';
import { followPause } from '../../src/ui/app/thing/actions/follow-pause.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe('followPause', () => {
  it('grows with the age of the youngest invocation that is not over', () => {
    const running = { status: 'running', timeRequested: at(0) } as const;
    expect(followPause({ a: [running] }, 1000)).toBe(500);
    expect(followPause({ a: [running] }, 20_000)).toBe(2000);
    expect(followPause({ a: [running] }, 3_600_000)).toBe(10_000);
    expect(followPause({ a: [running], b: [{ status: 'pending', timeRequested: at(10) }] }, 20_000)).toBe(
      1000,
    );
  });

  it('is steady where nothing runs, or nobody knows since when', () => {
    expect(followPause(undefined, 0)).toBe(5000);
    expect(followPause({ a: [{ status: 'completed', timeRequested: at(0) }] }, 1)).toBe(5000);
    expect(followPause({ a: [{ status: 'running', timeRequested: 'yesterday' }] }, 1)).toBe(2000);
  });
});
