import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process of the bench that answers each message with one message. */
export interface BenchProcess {
  /** Rejects when the process ends instead of answering. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a script of this folder; what it prints is shown when it fails. */
export function startProcess(script: string, ...args: readonly string[]): BenchProcess {
  const path = new URL(script, import.meta.url).pathname;
  const child = fork(path, args, { silent: true });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`${script} ${args.join(' ')} ended with ${code}:\n${Buffer.concat(output)}`));
    });
  });
  ended.catch(() => {});
  return {
    ask: (message) => Promise.race([answerOf(child, message), ended]) as Promise<never>,
    async stop() {
      if (child.connected) child.disconnect();
      await ended.catch(() => {});
    },
  };
}

function answerOf(child: ChildProcess, message: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send(message as string);
  });
}

/** The other side: answers each message of the parent; ends with it. */
export function answer<Message>(respond: (message: Message) => unknown): void {
  process.on('message', async (message) => process.send?.(await respond(message as Message)));
  process.on('disconnect', () => process.exit());
}

/** Microseconds that this process has used. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A tick of the kernel's CPU times, in microseconds. */
const tick = 10_000;

/** Microseconds that another process has used. */
export function cpuTimeOf(pid: number): number {
  // proc(5): user and system time are the 14th and 15th field, the 12th and 13th after the name.
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * tick;
}
