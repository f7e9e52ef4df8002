import type { ActionStatus } from '../../live/live.ts';

type Invocations = Readonly<Record<string, readonly ActionStatus[]>>;

/** Others may start some. */
const idlePause = 5000;

/** Milliseconds until invocations are asked for again: a tenth of the age of the youngest that is not over. */
export function followPause(invocations: Invocations = {}, now: number): number {
  const begun = Object.values(invocations)
    .flat()
    .filter(({ status }) => status === 'pending' || status === 'running')
    .map(({ timeRequested = '' }) => Date.parse(timeRequested));
  if (begun.length === 0) return idlePause;
  const age = now - Math.max(...begun);
  return Number.isNaN(age) ? 2000 : Math.min(10_000, Math.max(500, age / 10));
}
