import fc from 'fast-check';
import type { IPublishPacket } from 'mqtt';
import { expect, test } from 'vitest';
import { WholePackets } from '../../src/bindings/mqtt/broker/connection/whole-packets.ts';
import { canSend, mqttTarget } from '../../src/bindings/mqtt/client/mqtt-target.ts';
import { PacketCounter } from '../../src/bindings/mqtt/connection/packet-counter.ts';
import { readEnvelope, readResult } from '../../src/bindings/mqtt/messages/mqtt-result.ts';
import { TopicSpace } from '../../src/bindings/mqtt/messages/topic-space.ts';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { filterPattern, isTopicFilter, matchesFilter } from '../../src/td/topic-filter.ts';
import { Device, machine } from '../contract/suite-things.ts';
import { fuzzBroker } from '../fuzz/fuzz-mqtt-broker.ts';
import { packet } from '../support/mqtt-bytes.ts';

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

test('packets come out whole, however the stream is cut, and nothing is held after the last', () => {
  const bodies = fc.array(fc.integer({ min: 0, max: maxPacket }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 });
  fc.assert(
    fc.property(bodies, cuts, (lengths, sizes) => {
      const sent = lengths.map((length, index) => packet(0x30, Buffer.alloc(length, index)));
      const stream = Buffer.concat(sent);
      const checked: Buffer[] = [];
      const packets = new WholePackets(maxPacket, (whole) => checked.push(Buffer.from(whole)));
      const out: Buffer[] = [];
      for (let start = 0, turn = 0; start < stream.length; turn++) {
        const end = start + (sizes[turn % sizes.length] ?? 1);
        out.push(...packets.accept(stream.subarray(start, end)));
        expect(packets.held).toBeLessThanOrEqual(maxPacket + 3);
        start = end;
      }
      expect(checked).toEqual(sent);
      expect(Buffer.concat(out)).toEqual(stream);
      expect(packets.held).toBe(0);
    }),
  );
});

test('a filter’s pattern says the same of every topic as the filter', () => {
  const level = fc.constantFrom('a', 'b', '', '+', '#', '$x', 'a.b');
  const filters = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const word = fc.constantFrom('a', 'b', '', '$x', 'a.b', 'axb', '\n');
  const topics = fc.array(word, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  fc.assert(
    fc.property(filters.filter(isTopicFilter), topics, (filter, topic) => {
      expect(filterPattern(filter).test(topic)).toBe(matchesFilter(filter, topic));
    }),
    { numRuns: 1000 },
  );
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

// More of them: npm run fuzz:mqtt -- --streams 100000 --seed 1
test('random and mutated streams: a broker goes on, and serves a bystander', {
  timeout: 60_000,
}, async () => {
  const result = await fuzzBroker({ seed: 1, more: (done) => done < 500 });
  expect(result.fault).toBeUndefined();
  expect(result.answered).toBeGreaterThan(200);
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
