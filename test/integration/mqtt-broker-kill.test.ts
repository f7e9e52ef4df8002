import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brokerKillRun } from '../soak/broker-kill-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('kill -9 of the broker loses no acknowledged message, and doubles none at QoS 2', {
  timeout: 60_000,
}, async () => {
  const rounds = [
    { acknowledged: 30, delivered: 40 },
    { acknowledged: 150, delivered: 90 },
    { acknowledged: 1, delivered: 1 },
  ];
  const result = await brokerKillRun(join(temporaryFolder(), 'state.db'), rounds);
  expect(result).toMatchObject({ lost: 0, overtaken: 0, doubled: 0, stale: 0 });
  expect(result.received).toBeGreaterThanOrEqual(result.acknowledged);
});
