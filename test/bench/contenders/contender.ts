import type { Protocol, Target } from '../bench-messages.ts';
import { answer } from '../bench-process.ts';

/** What a server process is asked. */
export type ContenderRequest = 'target' | 'cpu';

/** Serves the protocol named on the command line; tells where, and the CPU time used so far in microseconds. */
export async function runContender(
  servers: Readonly<Record<Protocol, () => Promise<Target>>>,
): Promise<void> {
  const started = servers[process.argv[2] as Protocol]();
  answer((request: ContenderRequest) => {
    if (request === 'target') return started;
    const { user, system } = process.cpuUsage();
    return user + system;
  });
  await started;
}
