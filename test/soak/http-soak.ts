import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startProcess } from '../bench/bench-process.ts';
import { type SoakTally, soakLoad } from './soak-load.ts';
import type { SoakState } from './soak-server.ts';

// node --conditions=thingwright-source test/soak/http-soak.ts [--minutes n]
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const seconds = Number(values.minutes) * 60;
const every = Math.min(60, seconds / 10);

/** Of a figure over the whole run, by which it may rise in its linear fit. */
const tolerance = 0.05;

const server = startProcess('../soak/soak-server.ts');
const base = await server.ask<string>('address');
const stopping = new AbortController();
const load = soakLoad(base, stopping.signal);

console.log(`Node ${process.versions.node}; ${seconds} s of load on ${base}; MB after garbage collection.`);
console.log(row(['seconds', 'heap', 'external', 'rss', 'handles', 'streams']));
const warm = Math.min(60, seconds / 3);
await pause(warm * 1000);
const states: SoakState[] = [];
const start = performance.now();
for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - start) / 1000) {
  const state = await server.ask<SoakState>('state');
  states.push(state);
  console.log(
    row([
      elapsed + warm,
      state.heap / 1e6,
      state.external / 1e6,
      state.rss / 1e6,
      state.handles,
      await streams(),
    ]),
  );
  await pause(every * 1000);
}
stopping.abort();
const tally = await load;
// Connections that are kept alive go within five seconds.
await pause(6000);
const after = await server.ask<SoakState>('state');
console.log(
  row(['after it', after.heap / 1e6, after.external / 1e6, after.rss / 1e6, after.handles, await streams()]),
);
await server.stop();
process.exitCode = verdict(tally) ? 0 : 1;

function verdict({ done, failures }: SoakTally): boolean {
  console.log([...done].map(([kind, count]) => `${kind}: ${count}`).join(', '));
  for (const [kind, error] of failures) console.log(`${kind} failed: ${error}`);
  const flat = (['heap', 'external', 'handles'] as const).map((figure) => {
    const rise = relativeRise(states.map((state) => state[figure]));
    const isFlat = rise <= tolerance;
    console.log(`${figure}: ${isFlat ? 'flat' : 'RISING'} (${(rise * 100).toFixed(1)} % over the run)`);
    return isFlat;
  });
  return failures.size === 0 && flat.every(Boolean);
}

/** By how much the least-squares line through the figures rises from first to last, relative to their mean. */
function relativeRise(figures: readonly number[]): number {
  const mean = average(figures);
  const middle = (figures.length - 1) / 2;
  const covariance = average(figures.map((figure, index) => (index - middle) * (figure - mean)));
  const variance = average(figures.map((_, index) => (index - middle) ** 2));
  return ((covariance / variance) * (figures.length - 1)) / mean;
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Open subscriptions, as the servient counts them. */
async function streams(): Promise<string> {
  const page = await (await fetch(`${base}/metrics`)).text();
  return /^thingwright_subscriptions (\d+)/m.exec(page)?.[1] ?? '';
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) =>
      (typeof cell === 'number' ? cell.toFixed(Number.isInteger(cell) ? 0 : 1) : cell).padStart(10),
    )
    .join('');
}
