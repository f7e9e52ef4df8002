import { describe, expect, it } from 'vitest';
import { ChangeQueue, type ConsumedChange } from '../../src/consumer/change-queue.ts';

function queueOf(limit: number, ...ids: readonly string[]): ChangeQueue<ConsumedChange<string>> {
  const queue = new ChangeQueue<ConsumedChange<string>>(limit);
  for (const id of ids) queue.push({ value: id, id });
  return queue;
}

async function take(queue: ChangeQueue<ConsumedChange<string>>) {
  return (await queue.next()).value;
}

describe('ChangeQueue', () => {
  it('gives changes in order to readers who wait and readers who come later', async () => {
    const queue = queueOf(10);
    const waiting = [take(queue), take(queue)];
    queue.push({ value: 'a' });
    queue.push({ value: 'b' });
    queue.push({ value: 'c' });
    expect(await Promise.all(waiting)).toEqual([{ value: 'a' }, { value: 'b' }]);
    expect(await take(queue)).toEqual({ value: 'c' });
  });

  it('drops the oldest and tells between which ids', async () => {
    const queue = queueOf(2, '1');
    await take(queue);
    for (const id of ['2', '3', '4', '5']) queue.push({ value: id, id });
    expect(await take(queue)).toEqual({ value: '4', id: '4', gap: { after: '1', resumesAt: '4' } });
    expect(await take(queue)).toEqual({ value: '5', id: '5' });
  });

  it('tells a gap of the protocol with the next change, two as one', async () => {
    const queue = queueOf(2);
    queue.gap({ after: '1', resumesAt: '3' });
    queue.gap({ after: '3', resumesAt: '5' });
    queue.push({ value: 'x' });
    queue.push({ value: 'y' });
    expect(await take(queue)).toEqual({ value: 'x', gap: { after: '1', resumesAt: '5' } });
    expect(await take(queue)).toEqual({ value: 'y' });
  });

  it('gives what it holds before the end, and an error once', async () => {
    const queue = queueOf(2, '1');
    queue.finish(new Error('gone'));
    queue.push({ value: 'late' });
    expect(await take(queue)).toEqual({ value: '1', id: '1' });
    await expect(queue.next()).rejects.toThrow('gone');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('ends waiting readers', async () => {
    const [failed, done, closed] = [queueOf(2), queueOf(2), queueOf(2)];
    const waiting = [failed.next(), done.next(), closed.next()];
    failed.finish(new Error('gone'));
    done.finish();
    closed.close();
    await expect(waiting[0]).rejects.toThrow('gone');
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    expect(await waiting[2]).toEqual({ done: true, value: undefined });
  });

  it('forgets what it holds when closed', async () => {
    const queue = queueOf(2, '1');
    queue.close();
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});
