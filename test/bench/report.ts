import { type BenchCase, type ContenderName, contenders } from './bench-cases.ts';
import type { Hosting, Memory } from './bench-messages.ts';
import type { Sample, Samples } from './measure.ts';

const columns = ['', 'ours', 'node-wot', 'bare', 'ours/node-wot', 'ours/bare'] as const;
const widths = [30, 26, 26, 26, 18, 18] as const;
const inColumns = ['ours', 'stock', 'bare'] as const;
const beside = {
  ...{ npm: 'npm coap', libcoap: 'libcoap', mosquitto: 'Mosquitto' },
  ...{ external: 'ours at Mosquitto', http: 'ours over HTTP' },
} as const;

/** The head of the table. */
export function reportHead(): string {
  return [
    'Requests (or events) a second: median (lowest-highest); ratio: median of the rounds. Then CPU time of the server (or client) for each, and the latency that 99 % of the requests keep.',
    '"Bare" is the transport alone: node:http, res.write, ws, undici, node:dgram with coap-packet, aedes; for many Things it is one Thing alone, over MQTT a tenth of them.',
    '"Busy" says who bounds a rate: at 100 % of a core the one who is measured, below it the network and who asks.',
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width - 1))),
  ].join('\n');
}

/** The lines of one case. */
export function reportCase({ name, aims = {} }: BenchCase, samples: Samples): string {
  const failures = contenders
    .map((contender) => [contender, sum(samples[contender].map(({ failed }) => failed))] as const)
    .filter(([, failed]) => failed > 0);
  return [
    figures(name, samples, { figure: 'rate', aims }),
    figures('  CPU microseconds', samples, { figure: 'cpu' }),
    ...(samples.ours.some(({ p99 }) => p99)
      ? [figures('  p99 milliseconds', samples, { figure: 'p99', digits: 2 })]
      : []),
    ...(samples.ours.some(({ calls }) => calls)
      ? [figures('  handler calls for each', samples, { figure: 'calls', digits: 2 })]
      : []),
    ...(Object.keys(beside) as (keyof typeof beside)[]).flatMap((other) => besides(other, samples, aims)),
    `  busy: ${contenders.flatMap((name) => busy(name, samples)).join(', ')}`,
    ...failures.map(([contender, failed]) => `  ${contender}: ${failed} failed`),
  ].join('\n');
}

/** One who has no column. */
function besides(
  other: keyof typeof beside,
  samples: Samples,
  aims: NonNullable<BenchCase['aims']>,
): readonly string[] {
  if (samples[other].length === 0) return [];
  const rate = spread(samples[other], 'rate', 0);
  const latency = samples[other].some(({ p99 }) => p99) ? ` p99 ${spread(samples[other], 'p99', 2)} ms` : '';
  const ratio = `ours is ${shownRatio(samples, other, { aims })}`;
  return [`  ${beside[other].padEnd(28)}${rate.padEnd(26)}${ratio};${latency}`];
}

/** How much of a core was used. */
function busy(name: ContenderName, samples: Samples): readonly string[] {
  const shares = samples[name].map(({ rate, cpu }) => (rate * cpu) / 1e4);
  return shares.length === 0 ? [] : [`${name} ${rounded(median(shares))} %`];
}

/** By how much memory grew. */
export function reportGrowth({ resident, held }: Memory, requests: number): string {
  const [all, inUse] = [resident, held].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB more`);
  return `${`Memory after ${rounded(requests)} requests`.padEnd(38)}${all}, aim 20; ${inUse} in use`;
}

/** What hosting many Things costs; `stopping` is in milliseconds. */
export function reportHosting({ bytes, steps, settling }: Hosting, stopping: number): string {
  const times = steps.map(
    ({ things, milliseconds }) => `${milliseconds.toFixed(2)} up to ${rounded(things)}`,
  );
  const rise = (steps.at(-1)?.milliseconds ?? 0) / (steps[0]?.milliseconds ?? 1);
  return [
    `Memory of one Thing            ${(bytes / 1000).toFixed(1)} kB, aim 12 over HTTP`,
    `Exposing one Thing             ${times.join(', ')} ms: ${rise.toFixed(2)} x, aim 1`,
    `First answer, stopping all     ${rounded(settling)}, ${rounded(stopping)} ms`,
  ].join('\n');
}

type Figure = 'rate' | 'cpu' | 'p99' | 'calls';

interface Shown {
  readonly figure: Figure;
  readonly digits?: number;
  readonly aims?: NonNullable<BenchCase['aims']>;
}

function figures(name: string, samples: Samples, { figure, digits = 0, aims = {} }: Shown): string {
  const ratios = (['stock', 'bare'] as const).map((other) => shownRatio(samples, other, { figure, aims }));
  return line([name, ...inColumns.map((contender) => spread(samples[contender], figure, digits)), ...ratios]);
}

function shownRatio(
  samples: Samples,
  other: Exclude<ContenderName, 'ours'>,
  { figure = 'rate', aims = {} }: Partial<Shown>,
): string {
  const aim = aims[other] === undefined ? '' : `, aim ${aims[other]}`;
  const median = ratio(samples, other, figure);
  return median === undefined ? '' : `${median.toFixed(2)} x${aim}`;
}

/** Of runs that followed each other, so that a slow moment of the machine counts for both. */
function ratio(
  { ours, ...others }: Samples,
  other: Exclude<ContenderName, 'ours'>,
  figure: Figure,
): number | undefined {
  const pairs = ours.flatMap((sample, round) => {
    const beside = others[other][round];
    return beside ? [(sample[figure] ?? 0) / (beside[figure] ?? 0)] : [];
  });
  return pairs.length === 0 ? undefined : median(pairs);
}

function spread(samples: readonly Sample[], figure: Figure, digits: number): string {
  if (samples.length === 0) return '';
  const values = samples.map((sample) => sample[figure] ?? 0);
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => rounded(value, digits));
  return `${rounded(median(values), digits)} (${low}-${high})`;
}

const rounded = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('')
    .trimEnd();
}
