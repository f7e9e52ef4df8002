import { type BenchCase, type ContenderName, contenders } from './bench-cases.ts';
import type { Sample, Samples } from './measure.ts';

const columns = ['', 'ours', 'node-wot', 'bare', 'ours/node-wot', 'ours/bare'] as const;
const widths = [30, 24, 24, 24, 14, 10] as const;

/** The head of the table. */
export function reportHead(): string {
  return [
    'Requests (or events) a second: median (lowest-highest); ratio: median of the rounds. Then CPU time of the server for each.',
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width - 1))),
  ].join('\n');
}

/** Two lines for one case, and a third where requests failed. */
export function reportCase({ name }: BenchCase, samples: Samples): string {
  const failures = contenders
    .map((contender) => [contender, sum(samples[contender].map(({ failed }) => failed))] as const)
    .filter(([, failed]) => failed > 0);
  return [
    line([
      name,
      ...contenders.map((contender) => spread(samples[contender], 'rate')),
      ...ratios(samples, 'rate'),
    ]),
    line([
      '  CPU microseconds',
      ...contenders.map((contender) => spread(samples[contender], 'cpu')),
      ...ratios(samples, 'cpu'),
    ]),
    ...failures.map(([contender, failed]) => `  ${contender}: ${failed} failed`),
  ].join('\n');
}

function ratios(samples: Samples, figure: 'rate' | 'cpu'): readonly string[] {
  return (['stock', 'bare'] as const).map((other) => ratio(samples, other, figure));
}

/** Of runs that followed each other, so that a slow moment of the machine counts for both. */
function ratio(
  { ours, ...others }: Samples,
  other: Exclude<ContenderName, 'ours'>,
  figure: 'rate' | 'cpu',
): string {
  const pairs = ours.flatMap((sample, round) => {
    const beside = others[other][round];
    return beside ? [sample[figure] / beside[figure]] : [];
  });
  return pairs.length === 0 ? '' : `${median(pairs).toFixed(2)} x`;
}

function spread(samples: readonly Sample[], figure: 'rate' | 'cpu'): string {
  if (samples.length === 0) return '';
  const values = samples.map((sample) => sample[figure]);
  const [low, high] = [Math.min(...values), Math.max(...values)].map(rounded);
  return `${rounded(median(values))} (${low}-${high})`;
}

const rounded = (value: number): string => Math.round(value).toLocaleString('en');

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
