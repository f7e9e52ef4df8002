import { expect, test } from 'vitest';
import { SessionQueues } from '../../src/bindings/mqtt/broker/state/session-queues.ts';
import type { RecordChange } from '../../src/contracts/stores.ts';

const numbers: Readonly<Record<string, number>> = { a: 1, b: 2, live: 3, greedy: 4, other: 5, small: 6 };
const clientOf = (session: number) => Object.keys(numbers).find((id) => numbers[id] === session);

/** A message takes 200 bytes beside its payload. */
function queues(bounds: object, connected: readonly string[] = []) {
  const told: string[] = [];
  let number = 0;
  const kept = new SessionQueues(
    { messages: 100, sessionBytes: 10_000, bytes: 20_000, ...bounds },
    {
      isConnected: (id) => connected.includes(id),
      numberOf: (id) => numbers[id],
      cut: (id) => told.push(`cut ${id}`),
      dropping: (id) => told.push(id),
    },
  );
  const send = (clientId: string, payload: string, { size = 800, qos = 1 } = {}) => {
    const packet = { brokerCounter: ++number, topic: '', payload: Buffer.from(payload.padEnd(size)), qos };
    return kept.enqueue([{ clientId, qos: 2 }], packet);
  };
  const held = (id: string) =>
    [...kept.waiting(id)].map(({ message }) => message?.payload.toString().trim() ?? 'PUBREL');
  return { kept, told, send, held };
}

function clear(kept: SessionQueues, id: string, number: number): void {
  kept.sent(id, number, number);
  kept.acknowledged(id, number);
}

test('a queue that is full drops what comes, and tells so once until it is empty again', () => {
  const { kept, told, send, held } = queues({ messages: 2 });
  for (const payload of ['1', '2', '3', '4']) send('a', payload);
  expect([held('a'), told]).toEqual([['1', '2'], ['a']]);
  clear(kept, 'a', 1);
  clear(kept, 'a', 2);
  for (const payload of ['5', '6', '7']) send('a', payload);
  expect([held('a'), told]).toEqual([
    ['5', '6'],
    ['a', 'a'],
  ]);
});

test('no session takes the room of the others', () => {
  const { told, send, held } = queues({ sessionBytes: 5000, bytes: 10_000 });
  for (let count = 0; count < 10; count++) send('greedy', String(count));
  expect(held('greedy').length).toBe(5);
  for (let count = 0; count < 5; count++) send('other', String(count));
  send('small', 'yes', { size: 100 });
  expect([held('small'), held('greedy')[0], told]).toEqual([['yes'], '1', ['greedy']]);
});

test('a connected client has as many messages as fit its share, and is cut beyond', () => {
  const { told, send, held } = queues({ messages: 1 }, ['live']);
  for (let count = 0; count < 10; count++) send('live', String(count));
  expect([held('live').length, told]).toEqual([10, []]);
  send('live', 'more');
  expect(told).toEqual(['cut live', 'live']);
});

test('a message larger than the share of a session still fits alone; a forgotten session leaves its room', () => {
  const { kept, send, held } = queues({ sessionBytes: 1000, bytes: 2000 });
  send('a', 'large', { size: 1800 });
  expect(held('a')).toEqual(['large']);
  kept.forget('a');
  send('b', 'large', { size: 1800 });
  expect([held('a'), held('b')]).toEqual([[], ['large']]);
});

test('a PUBREL takes the place of its message, and the room of its payload', () => {
  const { kept, send, held } = queues({ sessionBytes: 1000, bytes: 1000 });
  send('a', 'x', { qos: 2 });
  kept.sent('a', 1, 7);
  expect(kept.released('a', 8)).toEqual([]);
  kept.released('a', 7);
  send('a', 'y', { size: 600 });
  expect(held('a')).toEqual(['PUBREL', 'y']);
  kept.acknowledged('a', 7);
  expect(held('a')).toEqual(['y']);
});

test('filters that overlap queue a message once, at the highest QoS that was granted and published', () => {
  const { kept } = queues({});
  const packet = { brokerCounter: 1, topic: 't', payload: Buffer.from('x'), qos: 2 };
  const takers = [
    { clientId: 'a', qos: 1 },
    { clientId: 'a', qos: 2 },
    { clientId: 'b', qos: 1 },
  ];
  kept.enqueue(takers, packet);
  const qos = (id: string) => [...kept.waiting(id)].map((queued) => queued.qos);
  expect([qos('a'), qos('b')]).toEqual([[2], [1]]);
});

/** The records after some changes. */
function apply(records: Map<string, RecordChange>, changes: Iterable<RecordChange>): void {
  for (const change of changes) {
    if (change.value) records.set(`${change.kind} ${change.key}`, change);
    else records.delete(`${change.kind} ${change.key}`);
  }
}

test('the records are those of all that waits, a message once for all sessions, and nothing is left in the end', () => {
  const { kept, send } = queues({ sessionBytes: 5000, bytes: 6000 });
  const records = new Map<string, RecordChange>();
  const everyone = Object.keys(numbers).map((clientId) => ({ clientId, qos: 2 }));
  const shared = { brokerCounter: 100, topic: 't', payload: Buffer.from('x'), qos: 2 };
  apply(records, kept.enqueue(everyone, shared));
  expect([...records.keys()].filter((key) => key.startsWith('mqtt-message'))).toEqual(['mqtt-message 100']);
  apply(records, send('a', 'second', { qos: 2 }));
  apply(records, kept.sent('a', 100, 5));
  apply(records, kept.sent('a', 1, 6));
  apply(records, kept.released('a', 5));
  for (let count = 0; count < 9; count++) apply(records, send('greedy', `${count}`));
  expect(records).toEqual(
    new Map([...kept.records()].map((record) => [`${record.kind} ${record.key}`, record])),
  );
  apply(records, kept.acknowledged('a', 5));
  apply(records, kept.acknowledged('a', 6));
  for (const { clientId } of everyone) apply(records, kept.forget(clientId));
  expect([...records.keys()]).toEqual([]);
});

test('a later broker finds what waited, in order, under its identifiers, and drops what belongs to nobody', () => {
  const { kept, send } = queues({});
  for (const payload of ['1', '2', '3']) send('a', payload, { qos: 2 });
  for (const number of [1, 2]) kept.sent('a', number, number + 6);
  kept.released('a', 7);
  const all = [...kept.records()];
  const of = (kind: string) =>
    all.flatMap(({ key, value }, index) =>
      all[index]?.kind === kind && value ? [[key, Buffer.from(value)] as const] : [],
    );
  const orphans = [
    ['9/1', Buffer.of(1, 1, 0, 0)],
    ['1/99', Buffer.of(1, 1, 0, 0)],
  ] as const;
  const lone = ['77', Buffer.of(0, 0)] as const;
  const later = queues({});
  const loaded = later.kept.load(
    [...of('mqtt-message').reverse(), lone],
    [...of('mqtt-queued').reverse(), ...orphans],
    clientOf,
  );
  expect(loaded.last).toBe(3);
  expect(loaded.lost.map(({ kind, key }) => `${kind} ${key}`).sort()).toEqual([
    'mqtt-message 77',
    'mqtt-queued 1/99',
    'mqtt-queued 9/1',
  ]);
  expect(later.held('a')).toEqual(['PUBREL', '2', '3']);
  expect([...later.kept.waiting('a')].map(({ messageId }) => messageId)).toEqual([7, 8, undefined]);
  expect([...later.kept.records()]).toEqual(all);
});

test('messages for many sessions cost about the same when all room is taken', () => {
  const count = 1000;
  const messages = 100;
  const kept = new SessionQueues(
    { messages: 1e6, sessionBytes: 1e9, bytes: count * messages * 201 },
    { isConnected: () => false, numberOf: Number, cut: () => {}, dropping: () => {} },
  );
  const takers = Array.from({ length: count }, (_, index) => ({ clientId: `${index + 1}`, qos: 1 }));
  let brokerCounter = 0;
  const time = (): number => {
    const begun = performance.now();
    for (let sent = 0; sent < messages; sent++) {
      kept.enqueue(takers, { brokerCounter: ++brokerCounter, topic: '', payload: Buffer.of(1), qos: 1 });
    }
    return performance.now() - begun;
  };
  const withRoom = time();
  const bytes = kept.bytes;
  expect(time()).toBeLessThan(5 * withRoom);
  expect(kept.bytes / bytes).toBeCloseTo(1);
});
