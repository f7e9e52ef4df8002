import { parseArgs } from 'node:util';
import { chromiumNeeds } from '../support/browser.ts';
import { benchCases, shareOf, stages } from './bench-cases.ts';
import { type Effort, measureStage } from './measure.ts';
import { measurePage } from './page-bench.ts';
import { reportCase, reportGrowth, reportHead, reportHosting } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    subscribers: { type: 'string' },
    things: { type: 'string' },
  },
});
const usual = values.short
  ? { rounds: 3, seconds: 0.1, warmUp: 0.3, subscribers: 200, things: 1000, requests: 2000 }
  : { rounds: 5, seconds: 1, warmUp: 1, subscribers: 1000, things: 10_000, requests: 100_000 };
const effort: Effort = {
  rounds: Number(values.rounds ?? usual.rounds),
  seconds: Number(values.seconds ?? usual.seconds),
  warmUp: Number(values['warm-up'] ?? usual.warmUp),
  subscribers: Number(values.subscribers ?? usual.subscribers),
  things: Number(values.things ?? usual.things),
  requests: usual.requests,
};

// npm run bench -- [--short] [--rounds n] [--seconds s] [--warm-up s] [--subscribers n] [--things n] [http] [sse] ... [page]
// A stage brings those that are named after it: coap brings coap-observe.
const wanted = stages.filter(
  (stage) =>
    positionals.length === 0 || positionals.some((each) => stage === each || stage.startsWith(`${each}-`)),
);

console.log(
  `Node ${process.versions.node}; ${effort.rounds} rounds of ${effort.seconds} s each, for CoAP and MQTT ${shareOf('coap') * effort.seconds} s; ${effort.subscribers} subscribers, ${effort.things} Things.`,
);
console.log(reportHead());
for (const stage of wanted) {
  const cases = benchCases.filter((one) => one.stage === stage);
  const { samples, hosting, stopping = 0, growth } = await measureStage(stage, cases, effort);
  for (const [one, measured] of samples) console.log(reportCase(one, measured));
  if (hosting) console.log(reportHosting(hosting, stopping));
  if (growth) console.log(reportGrowth(growth, effort.requests));
}
if (positionals.length === 0 || positionals.includes('page')) {
  if (chromiumNeeds.missing) console.log(`The page is not measured${chromiumNeeds.note}`);
  else for (const line of await measurePage(5 * effort.seconds)) console.log(line);
}
