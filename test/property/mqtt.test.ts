import { once } from 'node:events';
import fc from 'fast-check';
import type { IPublishPacket } from 'mqtt';
import { expect, test } from 'vitest';
import { startBroker } from '../../src/bindings/mqtt/broker/embedded-broker.ts';
import { PacketCounter } from '../../src/bindings/mqtt/broker/packet-counter.ts';
import { canSend, mqttTarget } from '../../src/bindings/mqtt/client/mqtt-target.ts';
import { readEnvelope, readResult } from '../../src/bindings/mqtt/messages/mqtt-result.ts';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { Device, machine } from '../contract/suite-things.ts';
import {
  connectPacket,
  field,
  packet,
  publishPacket,
  RawPeer,
  subscribePacket,
} from '../support/mqtt-bytes.ts';

const maxPacket = 1000;

test('packets within the limit pass, however the stream is cut', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: maxPacket }), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (lengths, cuts) => {
      const stream = Buffer.concat(lengths.map((length) => packet(0x30, Buffer.alloc(length, 0xff))));
      const counter = new PacketCounter(maxPacket);
      for (let start = 0, turn = 0; start < stream.length; turn++) {
        const end = start + (cuts[turn % cuts.length] ?? 1);
        expect(counter.accept(stream.subarray(start, end))).toBeUndefined();
        start = end;
      }
    }),
  );
});

test('a packet over the limit is refused at its header, after any others', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: maxPacket }),
      fc.integer({ min: maxPacket + 1, max: 16_383 }),
      (fits, over) => {
        const counter = new PacketCounter(maxPacket);
        expect(counter.accept(packet(0x30, Buffer.alloc(fits)))).toBeUndefined();
        expect(counter.accept(packet(0x30, Buffer.alloc(over)).subarray(0, 3))).toContain(
          'larger than the limit',
        );
      },
    ),
  );
  expect(
    new PacketCounter(maxPacket).accept(Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])),
  ).toContain('four bytes');
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
      const counter = new PacketCounter(maxPacket);
      for (const chunk of chunks) counter.accept(chunk);
    }),
  );
});

test('any topic is a request or none', () => {
  const level = fc.oneof(
    fc.string(),
    fc.constantFrom('things', 'properties', 'set', 'ops', '?a=b', '', '%', '__proto__'),
  );
  fc.assert(
    fc.property(fc.array(level, { maxLength: 9 }), (levels) => {
      const request = new TopicSpace().parseRequest(levels.join('/'));
      if (request) expect(levels.join('/').startsWith(request.base)).toBe(true);
    }),
  );
});

test('any form is read or refused with a WotError', () => {
  const term = fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined), fc.boolean());
  const form = fc.record({
    href: fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.string().map((path) => `mqtt://b/${path}`),
    ),
    'mqv:topic': term,
    'mqv:filter': term,
    'mqv:qos': term,
    'tw:responseTopic': term,
  });
  fc.assert(
    fc.property(
      form,
      fc.constantFrom('readproperty', 'writeproperty', 'observeproperty', 'queryaction'),
      (given, op) => {
        try {
          if (canSend(op, given)) mqttTarget(op, given);
        } catch (error) {
          if (!(error instanceof WotError)) throw error;
        }
      },
    ),
  );
});

test('any result is content or a WotError', () => {
  const envelope = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
    fc.constant(Buffer.from('{"status":"x","problem":7}')),
  );
  const status = fc.option(fc.oneof(fc.string(), fc.constantFrom('ok', 'invalid', '__proto__')), {
    nil: undefined,
  });
  fc.assert(
    fc.property(envelope, status, (payload, told) => {
      const userProperties = told === undefined ? {} : { status: told };
      const message = {
        payload: Buffer.from(payload),
        properties: { userProperties },
      } as unknown as IPublishPacket;
      for (const read of [readEnvelope, readResult]) {
        try {
          read(message, { href: 'mqtt://b/t', contentType: 'application/json' });
        } catch (error) {
          if (!(error instanceof WotError)) throw error;
        }
      }
    }),
  );
});

test('malformed streams end their own connection at most', { timeout: 60_000 }, async () => {
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    maxPacket: 100_000,
    mayPublish: () => true,
    authenticate: async () => {},
    clock: systemClock,
    logger: silentLogger,
  });
  const good = [
    connectPacket('fuzz'),
    connectPacket('keeps', 0),
    connectPacket('wills', 0x26, 4, field('w/t'), field('gone')),
    subscribePacket('a/#'),
    publishPacket('a/b', 'hello'),
    publishPacket('a/b', 'kept', 0x31),
    packet(0x32, field('a/b'), [0, 9], Buffer.from('qos 1')),
    packet(0x34, field('a/b'), [0, 8], Buffer.from('qos 2')),
    packet(0x62, [0, 8]),
    packet(0xa2, [0, 2], field('a/#')),
    packet(0xc0),
  ];
  const mutated = fc
    .tuple(
      fc.shuffledSubarray(good, { minLength: 1 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([packets, changes]) => {
      const bytes = Buffer.concat([good[0] ?? Buffer.alloc(0), ...packets]);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
  try {
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), async (bytes) => {
        const peer = new RawPeer(broker.port).send(bytes);
        peer.socket.end();
        await peer.closed();
      }),
      { numRuns: 500 },
    );
    const witness = new RawPeer(broker.port).send(
      connectPacket('witness'),
      subscribePacket('ok/#'),
      publishPacket('ok/1', 'yes'),
    );
    const answer = [0x20, 2, 0, 0, 0x90, 3, 0, 1, 0, ...publishPacket('ok/1', 'yes')];
    expect(await witness.bytes(answer.length)).toEqual(answer);
    witness.socket.destroy();
    await once(witness.socket, 'close');
  } finally {
    await broker.stop();
  }
});

test('any payload gets a result, and the next request is served', async () => {
  const servient = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
  await servient.start();
  const thing = await servient.expose(machine(new Device()));
  const client = mqttClient();
  const form = (name: string, op: string) =>
    thing.td().properties?.[name]?.forms?.find((each) => [each.op].flat().includes(op)) ?? { href: '' };
  try {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (body) => {
        const content = { type: 'application/json', body };
        const request = {
          op: 'writeproperty',
          form: form('label', 'writeproperty'),
          content,
          timeout: 5000,
        } as const;
        const outcome = await client.request(request).catch((error) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'WotError', kind: 'invalid' });
      }),
      { numRuns: 100 },
    );
    const read = { op: 'readproperty', form: form('level', 'readproperty'), timeout: 5000 } as const;
    expect(String((await client.request(read)).content?.body)).toBe('20');
  } finally {
    await client.stop();
    await servient.stop();
  }
});
