import { parseArgs } from 'node:util';
import { collectGarbage } from '../support/collect-garbage.ts';
import { fuzzClient } from './fuzz-coap-client.ts';
import { type FuzzResult, fuzzServer } from './fuzz-coap-server.ts';

// node --conditions=thingwright-source test/fuzz/coap-fuzz.ts [--minutes n] [--seed n]
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});
const perRun = 100_000;
const until = performance.now() + Number(values.minutes) * 60_000;
let seed = Number(values.seed);

process.on('warning', (warning) => fail('warning', seed, String(warning)));
process.on('unhandledRejection', (reason) => fail('unhandled rejection', seed, String(reason)));

while (performance.now() < until) {
  const more = (cases: number): boolean => cases < perRun && performance.now() < until;
  report('server', seed, await fuzzServer({ seed, more }));
  report('client', seed, await fuzzClient({ seed, more }));
  seed += 1;
}

function report(side: string, seed: number, { cases, answered, fault }: FuzzResult): void {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const [heap, all] = [heapUsed, rss].map((bytes) => Math.round(bytes / 2 ** 20));
  console.log(
    `${side}, seed ${seed}: ${cases} datagrams, ${answered} answered, heap ${heap} MB of ${all} MB`,
  );
  if (fault) fail(side, seed, fault);
}

function fail(side: string, seed: number, fault: string): never {
  console.error(`${side} failed with seed ${seed}: ${fault}`);
  process.exit(1);
}
