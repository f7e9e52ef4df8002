import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Message, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import { seededRandom } from '../../src/simulation/seeded-random.ts';
import { type Collector, collector } from './collector.ts';

/** What becomes of a datagram; a late one comes after the next of its direction. */
export type Fate = 'passed' | 'lost' | 'doubled' | 'late';

/** One datagram that came to a relay. */
export interface Passage extends Message {
  readonly from: 'client' | 'server';
  readonly fate: Fate;
  readonly size: number;
}

/** Stands before a CoAP server, and hands on what it hears as it likes. */
export interface UdpRelay {
  readonly port: number;
  readonly tape: Collector<Passage>;
  close(): Promise<void>;
}

/** Judges a datagram. */
export type FateOf = (passage: Omit<Passage, 'fate'>) => Fate;
type Deliver = (bytes: Buffer) => void;

/** A relay on 127.0.0.1 before the server on this port; `fateOf` judges each datagram. */
export async function udpRelay(server: number, fateOf: FateOf = () => 'passed'): Promise<UdpRelay> {
  const tape = collector<Passage>();
  const front = await bound();
  const backs: Socket[] = [];
  const clients = new Map<number, Promise<Deliver>>();

  function oneWay(from: Passage['from'], deliver: Deliver): Deliver {
    let held: Buffer | undefined;
    return (bytes) => {
      const passage = { ...parseMessage(bytes), from, size: bytes.length };
      const fate = fateOf(passage);
      tape.push({ ...passage, fate });
      if (fate === 'lost') return;
      const late = held;
      held = fate === 'late' ? bytes : undefined;
      if (fate !== 'late') deliver(bytes);
      if (fate === 'doubled') deliver(bytes);
      if (late !== undefined) deliver(late);
    };
  }

  async function met(client: number): Promise<Deliver> {
    const back = await bound();
    backs.push(back);
    const answers = oneWay('server', (bytes) => front.send(bytes, client, '127.0.0.1'));
    back.on('message', answers);
    return oneWay('client', (bytes) => back.send(bytes, server, '127.0.0.1'));
  }

  front.on('message', async (bytes, { port }) => {
    const client = clients.get(port) ?? met(port);
    clients.set(port, client);
    (await client)(bytes);
  });
  return {
    port: front.address().port,
    tape,
    async close() {
      await Promise.all(clients.values());
      for (const socket of [front, ...backs]) socket.close();
    },
  };
}

/** Loses a fifth of the datagrams each way, doubles some and delays some; the same for the same seed. */
export function lossy(seed: number): FateOf {
  const random = seededRandom(seed);
  const ways = { client: random.stream('client'), server: random.stream('server') };
  return ({ from }) => {
    const drawn = ways[from].next();
    if (drawn < 0.2) return 'lost';
    if (drawn < 0.3) return 'doubled';
    return drawn < 0.35 ? 'late' : 'passed';
  };
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
