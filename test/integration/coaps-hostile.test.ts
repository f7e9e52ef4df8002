import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeMessage, parseMessage } from '../../src/bindings/coap/messages/coap-message.ts';
import { type SeededRandom, seededRandom } from '../../src/simulation/seeded-random.ts';
import { childProcesses, residentBytes } from '../support/child-processes.ts';
import { type DtlsPeer, dtlsPeer } from '../support/dtls-peer.ts';
import { dtlsRelay } from '../support/dtls-relay.ts';
import { secureBox } from '../support/secure-box.ts';

const linux = process.platform === 'linux';
const note = linux ? '' : ' (skipped: the processes are found in /proc)';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A box, its DTLS process, and a peer that has a session. */
async function box() {
  const { port, stop } = await secureBox();
  cleanups.push(stop);
  const [dtls = 0] = childProcesses('dtls-process');
  const bystander = await peer(port);
  await bystander.up;
  return { port, dtls, bystander };
}

async function peer(...given: Parameters<typeof dtlsPeer>): Promise<DtlsPeer> {
  const made = await dtlsPeer(...given);
  cleanups.push(() => made.close());
  return made;
}

const empty = Buffer.alloc(0);
const ping = encodeMessage({ type: 'CON', id: 7, code: '0.00', token: empty, options: [], payload: empty });

async function expectServed(...peers: readonly DtlsPeer[]): Promise<void> {
  for (const each of peers) expect(parseMessage(await each.ask(ping))).toMatchObject({ type: 'RST', id: 7 });
}

const below = (random: SeededRandom, end: number): number => Math.floor(random.next() * end);

/** Changes up to four bytes, and cuts or prolongs every third. */
function mutated(datagram: Buffer, random: SeededRandom): Buffer {
  const bytes = Buffer.from(datagram);
  for (let left = 1 + below(random, 4); left > 0; left--)
    bytes[below(random, bytes.length)] = below(random, 256);
  const fate = below(random, 6);
  if (fate === 0) return bytes.subarray(0, below(random, bytes.length));
  return fate === 1 ? Buffer.concat([bytes, bytes]) : bytes;
}

describe.skipIf(!linux)(`DTLS against hostile peers${note}`, () => {
  test('20,000 datagrams of noise and of broken handshakes', async () => {
    const { port, dtls, bystander } = await box();
    const recorded: Buffer[] = [];
    const model = await peer(port, { change: (datagram) => recorded[recorded.push(datagram) - 1] });
    await model.up;
    await expectServed(model);
    const random = seededRandom(5684);
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    cleanups.push(() => socket.close());
    const before = residentBytes(dtls);
    for (let count = 0; count < 20_000; count++) {
      const real = recorded[below(random, recorded.length)] ?? empty;
      const noise = Buffer.from(Array.from({ length: below(random, 100) }, () => below(random, 256)));
      socket.send(random.next() < 0.2 ? noise : mutated(real, random), port, '127.0.0.1');
      // What is sent faster than it is read is lost before it does any harm.
      if (count % 100 === 0) await expectServed(bystander);
    }
    await expectServed(bystander, model);
    expect(childProcesses('dtls-process')).toEqual([dtls]);
    expect(residentBytes(dtls) - before).toBeLessThan(30_000_000);
  });

  test('handshakes that go wrong after the cookie', async () => {
    const { port, dtls, bystander } = await box();
    const random = seededRandom(7);
    const change = (datagram: Buffer, index: number) => (index < 2 ? datagram : mutated(datagram, random));
    for (let count = 0; count < 300; count++) {
      const broken = await dtlsPeer(port, { change });
      await expectServed(bystander);
      broken.close();
    }
    expect(childProcesses('dtls-process')).toEqual([dtls]);
  });

  test('a flood of half-open handshakes does not keep others out', async () => {
    const { port, dtls, bystander } = await box();
    const before = residentBytes(dtls);
    const change = (datagram: Buffer, index: number) => (index < 2 ? datagram : undefined);
    for (let count = 0; count < 1000; count++) {
      const halfOpen = await dtlsPeer(port, { change, address: `127.0.0.${2 + (count % 20)}` });
      if (count % 10 === 0) await expectServed(bystander);
      setImmediate(() => halfOpen.close());
    }
    const late = await peer(port);
    await late.up;
    await expectServed(bystander, late);
    expect(residentBytes(dtls) - before).toBeLessThan(60_000_000);
  });

  test('memory does not grow with sessions that have ended', async () => {
    const { port, dtls } = await box();
    async function sessions(count: number): Promise<void> {
      for (let left = count; left > 0; left--) {
        const short = await dtlsPeer(port);
        await short.up;
        await expectServed(short);
        short.close();
      }
    }
    await sessions(300);
    const before = residentBytes(dtls);
    await sessions(700);
    expect(residentBytes(dtls) - before).toBeLessThan(15_000_000);
  });

  test('a fifth of all datagrams is lost each way', async () => {
    const { port } = await box();
    let up = 0;
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const relay = await dtlsRelay(port, () => random.next() < 0.2);
      cleanups.push(() => relay.close());
      const handshake = await peer(relay.port);
      handshake.up.then(
        () => up++,
        () => undefined, // six in a hundred lose the same flight four times in 9 s
      );
    }
    await vi.waitFor(() => expect(up).toBeGreaterThanOrEqual(16), 10_000);
  });
});
