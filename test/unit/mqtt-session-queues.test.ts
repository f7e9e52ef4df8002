import { expect, test } from 'vitest';
import { SessionQueues } from '../../src/bindings/mqtt/broker/session-queues.ts';

/** A message takes 200 bytes beside its payload. */
function queues(bounds: object, connected: readonly string[] = []) {
  const told: string[] = [];
  let number = 0;
  const kept = new SessionQueues(
    { messages: 100, sessionBytes: 10_000, bytes: 20_000, ...bounds },
    {
      isConnected: (id) => connected.includes(id),
      cut: (id) => told.push(`cut ${id}`),
      dropping: (id) => told.push(id),
    },
  );
  const send = (clientId: string, payload: string, size = 800) => {
    const packet = { brokerCounter: ++number, topic: '', payload: payload.padEnd(size) };
    return kept.outgoingEnqueue({ clientId }, packet);
  };
  const held = async (id: string) => {
    const packets: { readonly payload: string }[] = await kept.outgoingStream({ id }).toArray();
    return packets.map(({ payload }) => payload.trim());
  };
  return { kept, told, send, held };
}

const clear = (kept: SessionQueues, id: string, brokerCounter: number) =>
  kept
    .outgoingUpdate({ id }, { cmd: 'publish', brokerCounter, messageId: brokerCounter })
    .then(() => kept.outgoingClearMessageId({ id }, { messageId: brokerCounter }));

test('a queue that is full drops what comes, and tells so once until it is empty again', async () => {
  const { kept, told, send, held } = queues({ messages: 2 });
  for (const payload of ['1', '2', '3', '4']) await send('a', payload);
  expect([await held('a'), told]).toEqual([['1', '2'], ['a']]);
  await clear(kept, 'a', 1);
  await clear(kept, 'a', 2);
  for (const payload of ['5', '6', '7']) await send('a', payload);
  expect([await held('a'), told]).toEqual([
    ['5', '6'],
    ['a', 'a'],
  ]);
});

test('no session takes the room of the others', async () => {
  const { told, send, held } = queues({ sessionBytes: 5000, bytes: 10_000 });
  for (let count = 0; count < 10; count++) await send('greedy', String(count));
  expect((await held('greedy')).length).toBe(5);
  for (let count = 0; count < 5; count++) await send('other', String(count));
  await send('small', 'yes', 100);
  expect([await held('small'), (await held('greedy'))[0], told]).toEqual([['yes'], '1', ['greedy']]);
});

test('a connected client has as many messages as fit its share, and is cut beyond', async () => {
  const { told, send, held } = queues({ messages: 1 }, ['live']);
  for (let count = 0; count < 10; count++) await send('live', String(count));
  expect([(await held('live')).length, told]).toEqual([10, []]);
  await send('live', 'more');
  expect(told).toEqual(['cut live', 'live']);
});

test('a message larger than the share of a session still fits alone; a forgotten session leaves its room', async () => {
  const { kept, send, held } = queues({ sessionBytes: 1000, bytes: 2000 });
  await send('a', 'large', 1800);
  expect(await held('a')).toEqual(['large']);
  kept.forget('a');
  await send('b', 'large', 1800);
  expect([await held('a'), await held('b')]).toEqual([[], ['large']]);
});

test('a PUBREL takes the place of its message', async () => {
  const { kept, send } = queues({});
  await send('a', 'x');
  await kept.outgoingUpdate({ id: 'a' }, { cmd: 'publish', brokerCounter: 1, messageId: 7 });
  await kept.outgoingUpdate({ id: 'a' }, { cmd: 'pubrel', messageId: 7 });
  expect(await kept.outgoingStream({ id: 'a' }).toArray()).toEqual([{ cmd: 'pubrel', messageId: 7 }]);
  await expect(kept.outgoingUpdate({ id: 'a' }, { cmd: 'pubrel', messageId: 8 })).rejects.toThrow();
  await kept.outgoingClearMessageId({ id: 'a' }, { messageId: 7 });
  expect(await kept.outgoingStream({ id: 'a' }).toArray()).toEqual([]);
});
