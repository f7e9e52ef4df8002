import { expect, test } from 'vitest';
import { losslessRun } from '../soak/lossless-run.ts';

test('subscribers that are cut on any byte and come back get every event once, in order', async () => {
  const result = await losslessRun({ subscribers: 40, rate: 200, seconds: 1.5, seed: Date.now() });
  console.log('No event lost:', result);
  expect(result).toMatchObject({ events: 301, deliveries: 301 * 40, lost: 0, doubled: 0, gaps: 0 });
  expect(result.resumes).toBeGreaterThan(40);
});
