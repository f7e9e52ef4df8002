import { expect, test } from 'vitest';
import { RetainedMessages } from '../../src/bindings/mqtt/broker/state/retained-messages.ts';
import { SessionQueues } from '../../src/bindings/mqtt/broker/state/session-queues.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';

/** Of Node's pool, as what is read and encoded is: it has 64 KiB, all of which a part of it keeps alive. */
const payload = Buffer.from('21');
const message = { topic: 'a', payload, qos: 1 };

test('what is retained keeps its own bytes alive, and no more', async () => {
  const kept = new RetainedMessages({ retained: 1, retainedBytes: 100 });
  kept.store(message, true);
  const [found] = await kept.matching(['a']).toArray();
  expect([found.payload.toString(), found.payload.buffer.byteLength]).toEqual(['21', 2]);
});

test('so does what waits for a session', () => {
  const kept = new SessionQueues(
    { messages: 1, sessionBytes: 1000, bytes: 1000 },
    { isConnected: () => false, numberOf: () => 1, cut() {}, dropping() {} },
  );
  kept.enqueue([{ clientId: 'a', qos: 1 }], { ...message, brokerCounter: 1 });
  expect(kept.get('a', 1)?.message?.payload.buffer.byteLength).toBe(2);
});

test('so does a record in memory', async () => {
  const { records } = memoryStorage();
  await records.change([{ kind: 'k', key: 'a', value: payload }]);
  expect([...records.load('k')].map(([key, { buffer }]) => [key, buffer.byteLength])).toEqual([['a', 2]]);
});
