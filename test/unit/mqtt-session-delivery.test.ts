import type { Client } from 'aedes';
import { expect, test } from 'vitest';
import { SessionDelivery } from '../../src/bindings/mqtt/broker/delivery/session-delivery.ts';
import { Journal } from '../../src/bindings/mqtt/broker/state/journal.ts';
import { SessionQueues } from '../../src/bindings/mqtt/broker/state/session-queues.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { fakeClock } from '../support/fake-clock.ts';

test('packet identifiers that are in use are skipped', () => {
  const queues = new SessionQueues(
    { messages: 10, sessionBytes: 10_000, bytes: 10_000 },
    { isConnected: () => true, numberOf: () => 1, cut() {}, dropping() {} },
  );
  const { records } = memoryStorage();
  const journal = new Journal({ records, clock: fakeClock(), logger: silentLogger, kept: () => [] });
  for (const [number, messageId] of [65_534, 65_535, 1, 3].entries()) {
    const message = { brokerCounter: number + 1, topic: 't', payload: Buffer.from('x'), qos: 1 };
    queues.enqueue([{ clientId: 'c', qos: 1 }], message);
    queues.sent('c', number + 1, messageId);
  }
  const client = { id: 'c', clean: false, _nextId: 65_534 };
  new SessionDelivery(queues, journal).outgoingStream(client as unknown as Client);
  expect(client._nextId).toBe(2);
  client._nextId = 3;
  expect(client._nextId).toBe(4);
});
