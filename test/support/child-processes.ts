import { readdirSync, readFileSync } from 'node:fs';

/** The processes that this one, or another, has started and whose command line holds a text; Linux tells. */
export function childProcesses(text: string, of = process.pid): readonly number[] {
  return readdirSync(`/proc/${of}/task`)
    .flatMap((thread) => readFileSync(`/proc/${of}/task/${thread}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '' && commandLine(pid).includes(text))
    .map(Number);
}

/** Bytes that a process holds in memory. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
