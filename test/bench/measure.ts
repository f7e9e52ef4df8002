import { type BenchCase, type ContenderName, contenders, contendersOf, shareOf } from './bench-cases.ts';
import type { Hosting, Load, LoadResult, Memory, Stage, Target } from './bench-messages.ts';
import { type BenchProcess, startProcess } from './bench-process.ts';

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Seconds before the first round, until the code under measurement is compiled. */
  readonly warmUp: number;
  /** Of a fan-out. */
  readonly subscribers: number;
  /** Hosted where many are. */
  readonly things: number;
  /** Between two looks at the memory. */
  readonly requests: number;
}

/** One run: requests (or events) a second, CPU microseconds for each of who is measured, how many failed, latency in milliseconds. */
export interface Sample {
  readonly rate: number;
  readonly cpu: number;
  readonly failed: number;
  readonly p99?: number;
  /** Calls of handlers for each, where they are counted. */
  readonly calls?: number;
}

/** The samples of one contender, one a round; empty where it does not take part. */
export type Samples = Readonly<Record<ContenderName, readonly Sample[]>>;

interface Runner {
  readonly name: ContenderName;
  /** Who is measured. */
  readonly process: BenchProcess;
  /** Who asks; a client asks itself. */
  readonly generator: BenchProcess;
  readonly target: Target;
}

export interface StageResult {
  readonly samples: ReadonlyMap<BenchCase, Samples>;
  readonly hosting?: Hosting;
  /** Milliseconds that our server took to stop. */
  readonly stopping?: number;
  /** By how much our server's memory grew. */
  readonly growth?: Memory;
}

/** What is repeated to see whether memory grows. */
const growing: Readonly<Partial<Record<Stage, Load['kind']>>> = {
  coap: 'coap-read',
  'mqtt-write': 'mqtt-write',
};

/** Measures the cases of one stage with all contenders running, by turns: A B C, B C A, C A B, ... */
export async function measureStage(
  stage: Stage,
  cases: readonly BenchCase[],
  effort: Effort,
): Promise<StageResult> {
  const started: BenchProcess[] = [];
  const start = (script: string, ...args: readonly string[]) => {
    const child = startProcess(script, ...args);
    started.push(child);
    return child;
  };
  const runners = stage.endsWith('client')
    ? await startClients(start, stage)
    : await startServers(start, stage, effort.things);
  const share = shareOf(stage);
  const runs = { ...effort, seconds: effort.seconds * share, warmUp: effort.warmUp * share };
  const samples = new Map<BenchCase, Samples>();
  for (const one of cases) samples.set(one, await measureCase(one, runs, runners));
  const ours = runners.find(({ name }) => name === 'ours');
  const kind = growing[stage];
  const growth = kind && ours && (await measureGrowth(ours, kind, effort.requests));
  const stopping = await (ours?.target.hosting && ours.process.ask<number>('stop'));
  await Promise.all(started.map((child) => child.stop()));
  const hosting = ours?.target.hosting;
  return { samples, ...(hosting && { hosting }), ...(stopping && { stopping }), ...(growth && { growth }) };
}

/** After as many requests again, in which V8 finds the size of its heap. */
async function measureGrowth(
  { process, generator, target }: Runner,
  kind: Load['kind'],
  requests: number,
): Promise<Memory> {
  const load: Load = { kind, target, seconds: 60, requests, subscribers: 0, outstanding: 32 };
  await generator.ask<LoadResult>(load);
  const before = await process.ask<Memory>('memory');
  await generator.ask<LoadResult>(load);
  const after = await process.ask<Memory>('memory');
  return { resident: after.resident - before.resident, held: after.held - before.held };
}

async function measureCase(one: BenchCase, effort: Effort, runners: readonly Runner[]): Promise<Samples> {
  const taking = runners.filter(({ name }) => one.by?.includes(name) ?? true);
  const samples = Object.fromEntries(contenders.map((name) => [name, [] as Sample[]])) as Record<
    ContenderName,
    Sample[]
  >;
  const run = (runner: Runner, seconds: number) =>
    measureOnce(runner, loadOf(one, runner.target, { ...effort, seconds }));
  for (const runner of taking) await run(runner, effort.warmUp);
  for (let round = 0; round < effort.rounds; round++) {
    const first = round % taking.length;
    for (const runner of [...taking.slice(first), ...taking.slice(0, first)]) {
      samples[runner.name].push(await run(runner, effort.seconds));
    }
  }
  return samples;
}

async function measureOnce({ process, generator }: Runner, load: Load): Promise<Sample> {
  const before = await countsOf(process);
  const { done, failed, seconds, p99 } = await generator.ask<LoadResult>(load);
  const after = await countsOf(process);
  const each = (total: number) => total / Math.max(done, 1);
  const calls = each(after.calls - before.calls);
  const cpu = each(after.cpu - before.cpu);
  return { rate: done / seconds, cpu, failed, ...(p99 && { p99 }), ...(calls && { calls }) };
}

async function countsOf(process: BenchProcess) {
  return { cpu: await process.ask<number>('cpu'), calls: await process.ask<number>('calls') };
}

function loadOf(one: BenchCase, target: Target, { seconds, subscribers }: Effort): Load {
  const { load, of, outstanding, qos } = one;
  const url = { td: target.tdUrl, persistent: target.persistentUrl, property: target.url }[of ?? 'property'];
  return {
    kind: load,
    target: { ...target, url: url ?? target.url },
    seconds,
    subscribers: one.subscribers ?? subscribers,
    ...(qos && { qos }),
    ...(outstanding && { outstanding }),
  };
}

type Start = (script: string, ...args: readonly string[]) => BenchProcess;

async function startServers(start: Start, stage: Stage, things: number): Promise<readonly Runner[]> {
  const generator = start('load/load-generator.ts');
  const started = contendersOf[stage].map(async (name): Promise<readonly Runner[]> => {
    const process = start(`contenders/${name}.ts`, stage, String(things));
    try {
      return [{ name, process, generator, target: await process.ask<Target>('target') }];
    } catch (error) {
      // node-wot's CoAP needs an outer IPv4 address, libcoap its Debian package, which not every machine has.
      if (name === 'ours') throw error;
      console.error(`${name} takes no part in ${stage}: ${error}`);
      return [];
    }
  });
  return (await Promise.all(started)).flat();
}

/** All clients ask the same bare server. */
async function startClients(start: Start, stage: Stage): Promise<readonly Runner[]> {
  const protocol = stage === 'client' ? 'http' : 'coap';
  const target = await start('contenders/bare.ts', protocol).ask<Target>('target');
  return contendersOf[stage].map((name) => {
    const process = start(`clients/${name}.ts`);
    return { name, process, generator: process, target };
  });
}
