import type { Stage, Target } from '../bench-messages.ts';
import { answer, cpuTime } from '../bench-process.ts';

/** What a server process is asked. */
export type ContenderRequest = 'target' | 'cpu';

/** Serves for the stage named on the command line; tells where, and the CPU time used so far. */
export async function runContender(
  servers: Readonly<Partial<Record<Stage, () => Promise<Target>>>>,
): Promise<void> {
  const started = servers[process.argv[2] as Stage]?.();
  answer((request: ContenderRequest) => (request === 'target' ? started : cpuTime()));
  await started;
}
