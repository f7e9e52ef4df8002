import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { packet, publishPacket } from '../support/mqtt-bytes.ts';

/** What the broker says once a client has said CONNECT. */
let answer: Uint8Array = new Uint8Array();
const open = new Set<Socket>();
const server = createServer((socket) => {
  open.add(socket);
  socket.on('error', () => {}).on('close', () => open.delete(socket));
  socket.once('data', () => socket.write(answer));
});
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  for (const socket of open) socket.destroy();
});

// MQTT 5 section 3.2
const connack = packet(0x20, [0, 0, 0]);
const suback = packet(0x90, [0, 1, 0, 0]);

/** What a read from the broker comes to. */
async function outcome(maxPacket = 4096): Promise<unknown> {
  const client = mqttClient({ maxPacket });
  const form = { href: `${url}/a` };
  try {
    return await client.request({ op: 'readproperty', form, timeout: 30 });
  } catch (error) {
    return error;
  } finally {
    for (const socket of open) socket.destroy();
    await client.stop();
  }
}

/** A packet of which a few bytes are others. */
const mutated = fc
  .tuple(
    fc.constantFrom(
      connack,
      suback,
      publishPacket('a', '1'),
      packet(0x40, [0, 1, 0, 0]),
      packet(0xe0, [0, 0]),
    ),
    fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 }),
  )
  .map(([bytes, changes]) => {
    const copy = Uint8Array.from(bytes);
    for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
    return copy;
  });

test('whatever a broker says is an answer or an error that names it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(mutated, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 }),
      fc.boolean(),
      async (chunks, connects) => {
        answer = Buffer.concat([...(connects ? [connack] : []), ...chunks]);
        const result = await outcome();
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(WotError);
          expect(result.message).toContain(url);
        }
      },
    ),
    { numRuns: 60 },
  );
}, 20_000);

test('a packet of 200 MB is refused by its length, before it comes', async () => {
  const declared = Uint8Array.from([0x30, 0x80, 0x84, 0xaf, 0x5f]);
  answer = Buffer.concat([declared, Buffer.alloc(100)]);
  expect(await outcome()).toMatchObject({
    kind: 'unavailable',
    code: 'BROKER_UNREACHABLE',
    message: expect.stringMatching(/packet of \d+ bytes or more is larger than the limit of 4096/),
  });
});
