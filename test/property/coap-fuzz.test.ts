import { expect, test } from 'vitest';
import { fuzzClient } from '../fuzz/fuzz-coap-client.ts';
import { fuzzServer } from '../fuzz/fuzz-coap-server.ts';
import { collectGarbage } from '../support/collect-garbage.ts';

// A longer run, and one with another seed: npm run fuzz:coap -- --minutes 10 --seed 1
const cases = 10_000;

test.each([
  ['requests: a servient goes on, and serves a bystander all the time', 20, fuzzServer],
  ['requests of peers that may be forged: a servient goes on, and serves a bystander', 21, fuzzServer],
  ['answers: a client gives a result or a WotError, and is well with good servers', 20, fuzzClient],
])(
  'random and mutated %s',
  async (_title, seed, fuzz) => {
    collectGarbage();
    const before = process.memoryUsage();
    const result = await fuzz({ seed, more: (done) => done < cases });
    expect(result.fault).toBeUndefined();
    expect(result.cases).toBeGreaterThanOrEqual(cases);
    expect(result.answered).toBeGreaterThan(100);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    expect((heapUsed + external - before.heapUsed - before.external) / 2 ** 20).toBeLessThan(64);
  },
  60_000,
);
