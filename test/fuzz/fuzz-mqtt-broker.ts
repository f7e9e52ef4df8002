import { once } from 'node:events';
import { createServient, http, mqtt } from 'thingwright';
import { WebSocket } from 'ws';
import { websocketStream } from '../../src/bindings/mqtt/broker/connection/websocket-stream.ts';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { kiln } from '../support/kiln.ts';
import { keepingLogger, type LoggedLine } from '../support/logged.ts';
import { connectPacket, publishPacket, RawPeer, subscribePacket } from '../support/mqtt-bytes.ts';
import type { FuzzOptions, FuzzResult } from './fuzz-coap-server.ts';
import { mqttStreams } from './mqtt-streams.ts';

const perBatch = 50;
const answerWithin = 5000;
const thing = 'things/kiln';
const topics = [
  ...['target/set', 'program/set', 'temperature/get', 'temperature'].map((name) => `properties/${name}`),
  ...['estimate/invoke', 'fire/invoke', 'soak/query', 'soak/cancel', 'jam/invoke'].map(
    (name) => `actions/${name}`,
  ),
  ...['readallproperties', 'writemultipleproperties', 'queryallactions', 'replay'].map((op) => `ops/${op}`),
  ...['properties/target/set/one/1', 'actions/estimate/invoke/two/2', 'ops/replay/keeps/3', '#', ''],
].map((path) => `${thing}/${path}`);

/** Sends a servient's own broker what it must survive, over TCP and WebSocket, and asks between as a bystander. */
export async function fuzzBroker({ seed, more }: FuzzOptions): Promise<FuzzResult> {
  const { logger, lines } = keepingLogger();
  const bindings = [http({ port: 0 }), mqtt({ broker: 'embedded', port: 0, websocket: true })];
  const servient = createServient({ bindings, logger });
  await servient.start();
  await servient.expose(kiln);
  const [, tcp = '', websocket = ''] = servient.addresses;
  const port = Number(new URL(tcp).port);
  const stream = mqttStreams(seededRandom(seed), topics);
  const bystander = new RawPeer(port).send(connectPacket('bystander'), subscribePacket('by/#'));
  await bystander.bytes(9);
  let cases = 0;
  let answered = 0;
  try {
    while (more(cases)) {
      const batch = Array.from({ length: perBatch }, stream);
      const peers = await Promise.all(
        batch.map((_, index) => (index % 5 === 0 ? overWebSocket(websocket) : new RawPeer(port))),
      );
      cases += batch.length;
      let fault: string | undefined;
      for (let part = 0; part < 3; part++) {
        for (const [index, peer] of peers.entries()) peer.send(batch[index]?.[part] ?? Buffer.alloc(0));
        // Once it is served twice the others have been, too.
        fault ??= (await unserved(bystander)) ?? (await unserved(bystander));
      }
      fault ??= (await unended(peers)) ?? logged(lines.find(({ level }) => level === 'error'));
      answered += peers.filter(({ count }) => count > 0).length;
      if (fault) {
        const sent = batch.map((parts) => parts.map((each) => each.toString('hex')).join(' ')).join('\n');
        return { cases, answered, fault: `${fault}\n${sent}` };
      }
      lines.length = 0;
    }
    return { cases, answered };
  } finally {
    bystander.socket.destroy();
    await servient.stop();
  }
}

async function overWebSocket(url: string): Promise<RawPeer> {
  const socket = new WebSocket(url, 'mqtt');
  await once(socket, 'open');
  return new RawPeer(websocketStream(socket));
}

/** Publishes to itself as one who does nothing wrong; says what went wrong. */
async function unserved(peer: RawPeer): Promise<string | undefined> {
  const message = publishPacket('by/x', 'served');
  const before = peer.count;
  peer.send(message);
  const received = await inTime(peer.bytes(before + message.length));
  if (received && Buffer.from(received.slice(before)).equals(message)) return undefined;
  return `a bystander was not served within ${answerWithin} ms, or got ${received?.slice(before)}`;
}

/** Takes leave of the broker; says where it does not let go. */
async function unended(peers: readonly RawPeer[]): Promise<string | undefined> {
  for (const { socket } of peers) socket.end();
  const ended = await inTime(Promise.all(peers.map((peer) => peer.closed())));
  if (ended) return undefined;
  const [first] = peers.flatMap(({ socket }, index) => (socket.closed ? [] : [index]));
  return `connection ${first} of these was not ended within ${answerWithin} ms`;
}

function logged(bug: LoggedLine | undefined): string | undefined {
  return bug && `logged: ${bug.message} ${String(bug.facts?.['error'])}`;
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, answerWithin, undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
