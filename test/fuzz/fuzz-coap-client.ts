import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { encodeMessage, type Message, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import type { ClientBinding, ClientRequest } from '../../src/contracts/binding.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { scaledClock } from '../../src/simulation/scaled-clock.ts';
import { type SeededRandom, seededRandom } from '../../src/simulation/seeded-random.ts';
import { coapDatagrams, type Datagrams } from './coap-datagrams.ts';
import type { FuzzOptions, FuzzResult } from './fuzz-coap-server.ts';

const perBatch = 64;
const timeout = 3000;

interface Peer {
  readonly base: string;
  /** Datagrams that it has sent. */
  readonly sent: () => number;
  /** The last of them, in hexadecimal. */
  readonly last: readonly string[];
  close(): void;
}

/** Has our client read, write and observe where the server is an enemy, and between where it is none. */
export async function fuzzClient({ seed, more }: FuzzOptions): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const clock = scaledClock(systemClock, { start: Date.UTC(2026, 0, 1), speed: 50 });
  const client = coapClient({ clock, nstart: perBatch, maxBody: 1024 * 1024 });
  const enemy = await hostileServer(coapDatagrams(random), random);
  const friend = await friendlyServer();
  let answered = 0;
  try {
    while (more(enemy.sent())) {
      const told = await Promise.all(
        Array.from({ length: perBatch }, (_, at) => outcome(client, enemy.base, at)),
      );
      answered += told.filter((each) => each === 'answered').length;
      const fault = told.find((each) => each.startsWith('fault')) ?? (await unserved(client, friend.base));
      if (fault) return { cases: enemy.sent(), answered, fault: [fault, ...enemy.last].join('\n') };
    }
    return { cases: enemy.sent(), answered };
  } finally {
    await client.stop();
    enemy.close();
    friend.close();
  }
}

const read = (href: string): ClientRequest => ({ op: 'readproperty', form: { href }, timeout });

/** `answered`, `refused` by a WotError, or the fault. */
async function outcome(client: ClientBinding, base: string, at: number): Promise<string> {
  const content = { type: 'application/octet-stream', body: Buffer.alloc(at % 8 === 0 ? 5000 : 5) };
  try {
    if (at % 4 === 0) await client.request({ ...read(`${base}/x`), op: 'writeproperty', content });
    else if (at % 4 === 1) await observe(client, `${base}/x`);
    else await client.request(read(`${base}/x?${at}`));
    return 'answered';
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return 'refused'; // our signal's
    if (error instanceof WotError && error.kind !== 'internal') return 'refused';
    if (error instanceof WotError && error.details.status !== undefined) return 'refused'; // what the peer said
    return `fault: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

/** Observes until the first notification, or the end of the observation. */
async function observe(client: ClientBinding, href: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = (): void => resolve();
  const end = await client.subscribe(
    { op: 'observeproperty', form: { href }, timeout, signal: AbortSignal.timeout(60) },
    { next: ended, failed: ended, ended },
  );
  await promise;
  await end();
}

async function unserved(client: ClientBinding, base: string): Promise<string | undefined> {
  // 10 s of the machine, which may be busy.
  const answer = client.request({ ...read(`${base}/friend`), timeout: 500_000 });
  const text = await answer.then(
    ({ content }) => Buffer.from(content?.body ?? []).toString(),
    (error) => String(error),
  );
  return text === '1' ? undefined : `fault: a good server was not understood: ${text}`;
}

function hostileServer(datagrams: Datagrams, random: SeededRandom): Promise<Peer> {
  return server((asked) =>
    Array.from({ length: 1 + Math.floor(random.next() * 4) }, () => datagrams.answer(asked)),
  );
}

function friendlyServer(): Promise<Peer> {
  const payload = Buffer.from('1');
  return server(({ id, token }) => [
    encodeMessage({ type: 'ACK', code: '2.05', id, token, options: [], payload }),
  ]);
}

async function server(answersTo: (asked: Message) => readonly Buffer[]): Promise<Peer> {
  const socket = createSocket('udp4');
  const last: string[] = [];
  let sent = 0;
  socket.on('message', (bytes, { port, address }) => {
    const asked = parseMessage(bytes);
    if (asked.code === '0.00') return;
    for (const answer of answersTo(asked)) {
      socket.send(answer, port, address);
      sent++;
      last.push(answer.toString('hex'));
      if (last.length > 4 * perBatch) last.shift();
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const base = `coap://127.0.0.1:${socket.address().port}`;
  return { base, sent: () => sent, last, close: () => socket.close() };
}
