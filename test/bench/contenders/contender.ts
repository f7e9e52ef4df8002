import { collectGarbage } from '../../support/collect-garbage.ts';
import type { Memory, Stage, Target } from '../bench-messages.ts';
import { answer, cpuTime } from '../bench-process.ts';
import { handlerCalls } from './handler-calls.ts';

/** What a server process is asked. */
export type ContenderRequest = 'target' | 'cpu' | 'memory' | 'calls' | 'stop';

/** Serves for the stage named on the command line; tells where, the CPU time and the handler calls so far, and the resident memory. Stops in milliseconds. */
export async function runContender(
  servers: Readonly<Partial<Record<Stage, (things: number) => Promise<Target>>>>,
  { cpu = cpuTime, stop }: { readonly cpu?: () => number; readonly stop?: () => Promise<number> } = {},
): Promise<void> {
  const started = servers[process.argv[2] as Stage]?.(Number(process.argv[3]));
  const answers: Readonly<Record<ContenderRequest, () => unknown>> = {
    target: () => started,
    cpu,
    memory,
    calls: () => handlerCalls.count,
    stop: () => stop?.() ?? 0,
  };
  answer((request: ContenderRequest) => answers[request]());
  await started;
}

function memory(): Memory {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}
