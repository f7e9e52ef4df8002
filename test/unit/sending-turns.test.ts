import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SendingTurns } from '../../src/bindings/coap/server/sending-turns.ts';

test('many senders send in order, over several turns of the event loop', async () => {
  const turns = new SendingTurns();
  const sent: number[] = [];
  for (let sender = 0; sender < 100; sender++) turns.add({ sendNext: () => sent.push(sender) });
  const counts: number[] = [];
  while (sent.length < 100) {
    counts.push(sent.length);
    await turn();
  }
  expect(sent).toEqual(Array.from({ length: 100 }, (_, sender) => sender));
  expect(counts).toEqual([32, 64, 96]);
});

test('a sender that has more to send waits for those before it', async () => {
  const turns = new SendingTurns();
  const sent: string[] = [];
  const greedy = {
    sendNext() {
      sent.push('greedy');
      if (sent.length < 100) turns.add(greedy);
    },
  };
  turns.add(greedy);
  expect(sent).toHaveLength(32);
  turns.add({ sendNext: () => sent.push('other') });
  await turn();
  expect(sent.indexOf('other')).toBeLessThan(64);
  while (sent.length < 100) await turn();
});
