import { collectGarbage } from '../../support/collect-garbage.ts';
import type { Memory, Stage, Target } from '../bench-messages.ts';
import { answer, cpuTime } from '../bench-process.ts';

/** What a server process is asked. */
export type ContenderRequest = 'target' | 'cpu' | 'memory';

/** Serves for the stage named on the command line; tells where, the CPU time used so far, and the resident memory. */
export async function runContender(
  servers: Readonly<Partial<Record<Stage, () => Promise<Target>>>>,
): Promise<void> {
  const started = servers[process.argv[2] as Stage]?.();
  answer((request: ContenderRequest) => {
    if (request === 'target') return started;
    return request === 'cpu' ? cpuTime() : memory();
  });
  await started;
}

function memory(): Memory {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}
