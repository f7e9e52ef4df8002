import { parseArgs } from 'node:util';
import { collectGarbage } from '../support/collect-garbage.ts';
import { fuzzBroker } from './fuzz-mqtt-broker.ts';

// node --conditions=thingwright-source test/fuzz/mqtt-fuzz.ts [--streams n] [--seed n]
const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});
const perRun = 10_000;
let left = Number(values.streams);
let seed = Number(values.seed);

process.on('warning', (warning) => fail(`warning: ${warning}`));
process.on('unhandledRejection', (reason) => fail(`unhandled rejection: ${reason}`));

for (; left > 0; left -= perRun, seed++) {
  const most = Math.min(perRun, left);
  const { cases, answered, fault } = await fuzzBroker({ seed, more: (done) => done < most });
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const [heap, all] = [heapUsed, rss].map((bytes) => Math.round(bytes / 2 ** 20));
  console.log(`seed ${seed}: ${cases} streams, ${answered} answered, heap ${heap} MB of ${all} MB`);
  if (fault) fail(fault);
}

function fail(fault: string): never {
  console.error(`failed with seed ${seed}: ${fault}`);
  process.exit(1);
}
