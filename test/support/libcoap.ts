import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, type TestContext, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import type { ClientBinding, Notification } from '../../src/contracts/binding.ts';
import type { Certificate } from './certificate.ts';
import { needs } from './system-parts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { missing, note, command } = needs('coap-client');

/** Whether libcoap's programs are missing, and what to append to a title then. */
export const libcoap = { missing, note };

/** A program of libcoap that runs: what it has said, and an end. */
export interface Running {
  readonly child: ChildProcess;
  output(): string;
  stop(): Promise<void>;
}

/** Starts `coap-client`; payloads come on stdout, error codes on stderr. */
export const startCoapClient = (...args: readonly string[]): Running => run(command('coap-client'), args);

/** What `coap-client` says until it ends. */
export const askLibcoap = (...args: readonly string[]): Promise<string> => outputOf(startCoapClient(...args));

/** Starts `coap-server` on a free port of 127.0.0.1, over UDP and TCP; resources may be made by PUT. */
export const startCoapServer = (...args: readonly string[]): Promise<Running & { readonly port: number }> =>
  startServer(command('coap-client'), args);

/** The same with DTLS and TLS, once for each library; the server's `port` is the secured one. */
export const securedLibcoap = ['openssl', 'gnutls']
  .map((library) => ({ library, client: join(dirname(command('coap-client')), `coap-client-${library}`) }))
  .filter(({ client }) => existsSync(client))
  .map(({ library, client }) => ({
    library,
    startClient: (...args: readonly string[]) => run(client, args),
    ask: (...args: readonly string[]) => outputOf(run(client, args)),
    async startServer(...args: readonly string[]) {
      const { port, ...running } = await startServer(client, args);
      return { ...running, port: port + 1 };
    },
  }));

/** The arguments for a certificate and its key, of a client or a server. */
export const certificateArguments = ({ key, cert }: Certificate, test: TestContext): readonly string[] => [
  '-c',
  pemFile(cert, test),
  '-j',
  pemFile(key, test),
];

/** The arguments for whom to trust. */
export const authorityArguments = ({ cert }: Certificate, test: TestContext): readonly string[] => [
  '-C',
  pemFile(cert, test),
];

/** That a client of ours reads, writes and observes at a `coap-server`. */
export async function expectToWork(client: ClientBinding, base: string, size = 100_000): Promise<void> {
  const text = async (path: string): Promise<string> => {
    const form = { href: base + path, contentType: 'text/plain' };
    const { content } = await client.request({ op: 'readproperty', form, timeout: 8000 });
    return Buffer.from(content?.body ?? []).toString();
  };
  const form = { href: `${base}/example_data`, contentType: 'text/plain' };
  const content = { type: 'text/plain', body: Buffer.from('c'.repeat(size)) };
  await client.request({ op: 'writeproperty', form, content, timeout: 8000 });
  expect(await text('/example_data')).toBe('c'.repeat(size));
  const late = text('/async?1');
  const told: Notification[] = [];
  const failed = vi.fn();
  const end = await client.subscribe(
    { op: 'observeproperty', form: { ...form, href: `${base}/time` }, timeout: 5000 },
    { next: (notification) => told.push(notification), failed, ended: failed },
  );
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(1), 5000);
  await end();
  expect(failed).not.toHaveBeenCalled();
  expect(await late).toBe('done');
}

async function outputOf({ child, output }: Running): Promise<string> {
  await once(child, 'close');
  return output();
}

async function startServer(
  client: string,
  args: readonly string[],
): Promise<Running & { readonly port: number }> {
  const port = await freeUdpPort();
  const program = client.replace('coap-client', 'coap-server');
  const running = run(program, ['-A', '127.0.0.1', '-p', String(port), '-d', '50', ...args]);
  const asking = coapClient();
  const form = { href: `coap://127.0.0.1:${port}/` };
  await vi.waitFor(() => asking.request({ op: 'readproperty', form, timeout: 300 }), { timeout: 5000 });
  await asking.stop();
  return { ...running, port };
}

function run(program: string, args: readonly string[]): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return {
    child,
    output: () => text.trim(),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'close');
    },
  };
}

function pemFile(text: string, test: TestContext): string {
  const file = join(temporaryFolder(test), 'pem');
  writeFileSync(file, text);
  return file;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
