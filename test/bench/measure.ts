import { type BenchCase, type ContenderName, contenders } from './bench-cases.ts';
import type { Load, LoadResult, Protocol, Target } from './bench-messages.ts';
import { type BenchProcess, startProcess } from './bench-process.ts';

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Seconds before the first round, until the code under measurement is compiled. */
  readonly warmUp: number;
}

/** One run: requests (or events) a second, CPU microseconds of the server for each, and how many failed. */
export interface Sample {
  readonly rate: number;
  readonly cpu: number;
  readonly failed: number;
}

/** The samples of one contender, one a round; empty where it does not take part. */
export type Samples = Readonly<Record<ContenderName, readonly Sample[]>>;

interface Runner {
  readonly name: ContenderName;
  readonly server: BenchProcess;
  readonly target: Target;
}

/** Measures the cases of one protocol with all contenders running, by turns: A B C, B C A, C A B, ... */
export async function measureProtocol(
  protocol: Protocol,
  cases: readonly BenchCase[],
  effort: Effort,
): Promise<ReadonlyMap<BenchCase, Samples>> {
  const generator = startProcess('load/load-generator.ts');
  const started = await Promise.all(contenders.map((name) => startRunner(name, protocol)));
  const runners = started.filter((runner) => runner !== undefined);
  const measured = new Map<BenchCase, Samples>();
  for (const one of cases) measured.set(one, await measureCase(one, { effort, generator, runners }));
  await Promise.all([generator, ...runners.map(({ server }) => server)].map((child) => child.stop()));
  return measured;
}

interface Stage {
  readonly effort: Effort;
  readonly generator: BenchProcess;
  readonly runners: readonly Runner[];
}

async function measureCase(one: BenchCase, { effort, generator, runners }: Stage): Promise<Samples> {
  const taking = runners.filter(({ name }) => name === 'ours' || one.persistent !== true);
  const samples: Record<ContenderName, Sample[]> = { ours: [], stock: [], bare: [] };
  const run = (runner: Runner, seconds: number) =>
    measureOnce(runner, generator, loadOf(one, runner.target, seconds));
  for (const runner of taking) await run(runner, effort.warmUp);
  for (let round = 0; round < effort.rounds; round++) {
    const first = round % taking.length;
    for (const runner of [...taking.slice(first), ...taking.slice(0, first)]) {
      samples[runner.name].push(await run(runner, effort.seconds));
    }
  }
  return samples;
}

async function measureOnce({ server }: Runner, generator: BenchProcess, load: Load): Promise<Sample> {
  const before = await server.ask<number>('cpu');
  const { done, failed, seconds } = await generator.ask<LoadResult>(load);
  const used = (await server.ask<number>('cpu')) - before;
  return { rate: done / seconds, cpu: used / Math.max(done, 1), failed };
}

function loadOf({ load, persistent }: BenchCase, target: Target, seconds: number): Load {
  const url = (persistent && target.persistentUrl) ?? target.url;
  return { kind: load, target: { ...target, url }, seconds };
}

/** Undefined, with a note, for another's server that does not start here (node-wot's CoAP needs an outer IPv4 address). */
async function startRunner(name: ContenderName, protocol: Protocol): Promise<Runner | undefined> {
  const server = startProcess(`contenders/${name}.ts`, protocol);
  try {
    return { name, server, target: await server.ask<Target>('target') };
  } catch (error) {
    if (name === 'ours') throw error;
    console.error(`${name} takes no part in ${protocol}: ${error}`);
    return undefined;
  }
}
