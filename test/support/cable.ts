import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { root } from './markdown.ts';
import { needs } from './system-parts.ts';

/** Two hosts on one cable, made of network namespaces; root alone may. */
export interface Cable {
  /** Starts a program on a host. */
  start(host: 'one' | 'two', program: string, ...args: readonly string[]): ChildProcess;
  remove(): void;
}

/** The IPv4 addresses of the hosts; the link-local ones are fe80::1 and fe80::2 on `wire`. */
export const cableAddress = { one: '10.77.0.1', two: '10.77.0.2' } as const;

const { missing, note, command } = needs('ip');

/** For `describe.skipIf`, and what to append to the title. */
export const cannotLay = missing ? note : mayLay() ? undefined : ' (skipped: network namespaces need root)';

/** Lays the cable; both hosts can send to IPv4 and IPv6 groups on it. */
export function layCable(): Cable {
  const spaces = { one: `tw-${process.pid}-1`, two: `tw-${process.pid}-2` };
  const [one, two] = [spaces.one, spaces.two];
  for (const space of [one, two]) ip('netns', 'add', space);
  ip('-n', one, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', two);
  for (const [host, space] of Object.entries(spaces)) {
    const last = host === 'one' ? 1 : 2;
    ip('-n', space, 'link', 'set', 'lo', 'up');
    ip('-n', space, 'link', 'set', 'wire', 'addrgenmode', 'none', 'up');
    ip('-n', space, 'addr', 'add', `10.77.0.${last}/24`, 'dev', 'wire');
    ip('-n', space, 'addr', 'add', `fe80::${last}/64`, 'dev', 'wire', 'nodad');
    ip('-n', space, 'route', 'add', 'default', 'dev', 'wire');
  }
  return {
    start: (host, program, ...args) =>
      spawn(command('ip'), ['netns', 'exec', spaces[host], program, ...args], { cwd: root }),
    remove() {
      for (const space of [one, two]) ip('netns', 'del', space);
    },
  };
}

function mayLay(): boolean {
  if (process.getuid?.() !== 0) return false;
  const space = `tw-${process.pid}-try`;
  try {
    ip('netns', 'add', space);
    ip('netns', 'del', space);
    return true;
  } catch {
    return false;
  }
}

function ip(...args: readonly string[]): void {
  execFileSync(command('ip'), args, { stdio: 'pipe' });
}
