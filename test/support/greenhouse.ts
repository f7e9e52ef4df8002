import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './markdown.ts';

/** The greenhouse example as a process of its own, on free ports. */
export interface Greenhouse {
  readonly process: ChildProcess;
  /** All that it printed. */
  output(): string;
  /** Its base address: `http://127.0.0.1:40123`. */
  address(scheme: 'http' | 'coap' | 'mqtt'): string;
  stop(): Promise<void>;
}

const freePorts = ['--http', '0', '--coap', '0', '--mqtt', '0'];

/** Starts what `npm start` starts and waits until it has printed where it serves. */
export async function startGreenhouse(...flags: readonly string[]): Promise<Greenhouse> {
  const data = mkdtempSync(join(tmpdir(), 'greenhouse-'));
  const args = ['--conditions=thingwright-source', 'src/cli/main.ts', 'serve', 'examples/greenhouse/main.ts'];
  const child = spawn(process.execPath, [...args, ...freePorts, '--data', data, ...flags], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = collect(child);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([output.has(/Ctrl-C/), exited.then(() => Promise.reject(failed(output.text())))]);
  return {
    process: child,
    output: output.text,
    address(scheme) {
      const [found] = output.text().match(new RegExp(`\\b${scheme}://[^\\s/]+`)) ?? [];
      if (found === undefined)
        throw new Error(`The greenhouse printed no ${scheme} address:\n${output.text()}`);
      return found;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Gathers what a process prints; `has` waits for a match. */
export function collect(child: ChildProcess): {
  text(): string;
  has(pattern: RegExp): Promise<void>;
} {
  let text = '';
  const waiting = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const check of waiting) check();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return {
    text: () => text,
    has: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!pattern.test(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

function failed(output: string): Error {
  return new Error(`The greenhouse ended before it served:\n${output}`);
}
