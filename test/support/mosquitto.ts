import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A mosquitto of the test's own. */
export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Stops the process without ending it: connections stand, nobody answers. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts mosquitto on a free port of loopback with its own configuration; `lines` are added to it. */
export async function startMosquitto(
  command: string,
  lines: readonly string[] = [],
  port?: number,
): Promise<Mosquitto> {
  const listening = port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  const standard = [
    `listener ${listening} 127.0.0.1`,
    'persistence false',
    'allow_anonymous true',
    'set_tcp_nodelay true',
  ];
  await writeFile(config, [...standard, ...lines, ''].join('\n'));
  const child = spawn(command, ['-c', config], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  // Once it listens it has read its configuration.
  await Promise.race([reachable(listening), exited.then(() => Promise.reject(new Error('mosquitto ended')))]);
  await rm(folder, { recursive: true });
  return {
    url: `mqtt://127.0.0.1:${listening}`,
    port: listening,
    pid: Number(child.pid),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      socket.destroy();
    }
  }
}
