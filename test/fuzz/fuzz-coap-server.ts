import { createSocket, type Socket } from 'node:dgram';
import { on, once } from 'node:events';
import { coap, createServient } from 'thingwright';
import { emptyBytes, encodeMessage, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, textOption } from '../../src/bindings/coap/messages/coap-option.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import { scaledClock } from '../../src/simulation/scaled-clock.ts';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { kiln } from '../support/kiln.ts';
import { keepingLogger } from '../support/logged.ts';
import { coapDatagrams, type Sensible } from './coap-datagrams.ts';

/** What a run of fuzzing came to; `fault` says what went wrong, after which datagrams. */
export interface FuzzResult {
  readonly cases: number;
  readonly answered: number;
  readonly fault?: string;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Asked before each batch, with the cases so far. */
  more(cases: number): boolean;
}

const perBatch = 50;
const answerWithin = 5000;
const thing = 'things/kiln';
const readable = [
  ...['temperature', 'target', 'program', 'probe', 'none'].map((name) => `properties/${name}`),
  ...['overheated', 'doorOpened', ''].map((name) => `events/${name}`),
  ...['properties', 'properties?names=target,program', 'actions', 'actions/fire/none', ''],
].map((path) => `${thing}/${path}`);
const around = ['things', '.well-known/core', '.well-known/core?rt=wot.thing', '.well-known/wot'];
const requests: readonly Sensible[] = [
  ...[...readable, ...around].map((path) => ['0.01', path] as const),
  ['0.03', `${thing}/properties/target`, '5'],
  ['0.03', `${thing}/properties/program`, '{"steps":[1,2]}'],
  ['0.06', `${thing}/properties/program`, '{"steps":null}'],
  ['0.03', `${thing}/properties/pin`, '"1234"'],
  ['0.03', `${thing}/properties`, '{"target":7}'],
  ['0.05', `${thing}/properties`, '["target","temperature"]'],
  ['0.07', `${thing}/properties`, '{"target":8}'],
  ['0.02', `${thing}/actions/estimate`, '300'],
  ...['beep', 'calibrate', 'soak', 'crack', 'jam'].map(
    (name) => ['0.02', `${thing}/actions/${name}`] as const,
  ),
  ['0.02', `${thing}/actions/fire`, '900'],
  ['0.04', `${thing}/actions/fire/none`],
];

/** Sends a whole servient what it must survive, from several sockets, and asks between as a bystander. */
export async function fuzzServer({ seed, more }: FuzzOptions): Promise<FuzzResult> {
  const { logger, lines } = keepingLogger();
  const clock = scaledClock(systemClock, { start: Date.UTC(2026, 0, 1), speed: 20 });
  // With odd seeds nobody is trusted to be where he says.
  const bindings = [coap({ port: 0, trustLoopback: seed % 2 === 0 })];
  const servient = createServient({ bindings, logger, clock });
  let device: ThingHandle | undefined;
  await servient.expose({
    ...kiln,
    handlers(handle) {
      device = handle;
      return kiln.handlers(handle);
    },
  });
  await servient.start();
  const port = Number(new URL(servient.addresses[0] ?? '').port);
  const enemies = await Promise.all(['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map(bound));
  const bystander = await bound('127.0.0.9');
  const { request } = coapDatagrams(seededRandom(seed), requests);
  let cases = 0;
  let answered = 0;
  for (const enemy of enemies) enemy.on('message', () => answered++);
  try {
    while (more(cases)) {
      const batch = Array.from({ length: perBatch }, request);
      const enemy = enemies[(cases / perBatch) % enemies.length] as Socket;
      await Promise.all(batch.map((bytes) => sent(enemy, bytes, port)));
      cases += batch.length;
      const bug = lines.find(({ level }) => level === 'error');
      const fault = bug
        ? `logged: ${bug.message} ${String(bug.facts?.['error'])}`
        : await unserved(bystander, port);
      if (fault)
        return {
          cases,
          answered,
          fault: `${fault}\n${batch.map((each) => each.toString('hex')).join('\n')}`,
        };
      if (cases % 1000 === 0) device?.emit('overheated', cases);
    }
    return { cases, answered };
  } finally {
    for (const socket of [...enemies, bystander]) socket.close();
    await servient.stop();
  }
}

/** Reads once as one who does nothing wrong, and repeats what is lost; says what went wrong. */
async function unserved(socket: Socket, port: number): Promise<string | undefined> {
  const segments = `${thing}/properties/temperature`.split('/');
  const options = segments.map((segment) => textOption(optionNumber.uriPath, segment));
  const id = Math.floor(Math.random() * 65536);
  const asked = encodeMessage({
    type: 'CON',
    code: '0.01',
    id,
    token: emptyBytes,
    options,
    payload: emptyBytes,
  });
  const over = AbortSignal.timeout(answerWithin);
  const repeating = setInterval(() => sent(socket, asked, port), answerWithin / 5);
  try {
    await sent(socket, asked, port);
    for await (const [bytes] of on(socket, 'message', { signal: over })) {
      const answer = parseMessage(bytes);
      if (answer.id !== id) continue; // to the one before, which was repeated
      const isRight = answer.code === '2.05' && answer.payload.toString() === '20';
      return isRight ? undefined : `a bystander was answered ${answer.code} ${answer.payload}`;
    }
  } catch {
    // nothing came
  } finally {
    clearInterval(repeating);
  }
  return `a bystander was not served within ${answerWithin} ms`;
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

function sent(socket: Socket, bytes: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.send(bytes, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
  );
}
