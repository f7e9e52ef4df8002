import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { freePort } from './free-port.ts';
import { happens } from './mqtt-events.ts';

const script = fileURLToPath(new URL('./broker-process.ts', import.meta.url));

/** A broker in a process of its own, whose state survives in a file. */
export class KilledBroker {
  readonly #file: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(file: string, port: number) {
    this.#file = file;
    this.#port = port;
  }

  static async start(file: string): Promise<KilledBroker> {
    const broker = new KilledBroker(file, await freePort());
    await broker.restart();
    return broker;
  }

  async restart(): Promise<void> {
    const args = ['--conditions=thingwright-source', script, this.#file, `${this.#port}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    for await (const line of createInterface(child.stdout)) if (line === 'up') return;
    throw new Error('the broker did not start');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** A client with a lasting session that comes back by itself; `take` gets its messages. */
  async client(
    clientId: string,
    options: IClientOptions = {},
    take: (topic: string, payload: Uint8Array) => void = () => {},
  ): Promise<MqttClient> {
    const given = { protocolVersion: 4, clientId, clean: false, reconnectPeriod: 10, ...options } as const;
    const client = connect(`mqtt://127.0.0.1:${this.#port}`, given);
    client.on('error', () => {});
    client.on('message', take);
    await happens(client, 'connect');
    return client;
  }
}
