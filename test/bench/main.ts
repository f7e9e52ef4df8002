import { parseArgs } from 'node:util';
import { benchCases } from './bench-cases.ts';
import type { Protocol } from './bench-messages.ts';
import { type Effort, measureProtocol } from './measure.ts';
import { reportCase, reportHead } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
  },
});
const usual = values.short ? { rounds: 3, seconds: 0.1, warmUp: 0.3 } : { rounds: 5, seconds: 1, warmUp: 1 };
const effort: Effort = {
  rounds: Number(values.rounds ?? usual.rounds),
  seconds: Number(values.seconds ?? usual.seconds),
  warmUp: Number(values['warm-up'] ?? usual.warmUp),
};

// npm run bench -- [--short] [--rounds n] [--seconds s] [--warm-up s] [http] [coap] [mqtt]
const protocols: readonly Protocol[] = ['http', 'coap', 'mqtt'];
const wanted = protocols.filter((protocol) => positionals.length === 0 || positionals.includes(protocol));

console.log(`Node ${process.versions.node}; ${effort.rounds} rounds of ${effort.seconds} s each.`);
console.log(reportHead());
for (const protocol of wanted) {
  const cases = benchCases.filter((one) => one.protocol === protocol);
  for (const [one, samples] of await measureProtocol(protocol, cases, effort)) {
    console.log(reportCase(one, samples));
  }
}
