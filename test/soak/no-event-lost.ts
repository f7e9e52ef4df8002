import { parseArgs } from 'node:util';
import { losslessRun } from './lossless-run.ts';

// node --conditions=thingwright-source test/soak/no-event-lost.ts [--subscribers n] [--rate n] [--seconds n] [--seed n]
const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '200' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});
const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const options = { subscribers: 0, rate: 0, seconds: 0, seed: 0, ...numbers };
console.log(
  `${options.subscribers} subscribers, ${options.rate} events/s for ${options.seconds} s, cut at random`,
);
const result = await losslessRun(options);
console.table(result);
process.exitCode = result.lost + result.doubled + result.gaps === 0 ? 0 : 1;
