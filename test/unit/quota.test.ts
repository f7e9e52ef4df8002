import { expect, test } from 'vitest';
import { Quota } from '../../src/bindings/websocket/quota.ts';

test('bounds what is held in all and per client, and wakes who waits when some is given back', () => {
  const quota = new Quota({ most: 5, mostPerClient: 3 });
  quota.take('a', 3);
  expect([quota.exceeded('a'), quota.exceeded('b', 2), quota.exceeded('b', 3)]).toEqual([
    'mostPerClient',
    undefined,
    'most',
  ]);
  let woken = 0;
  quota.wait(() => {
    woken += 1;
  });
  quota.give('a', 2);
  quota.give('a');
  expect([woken, quota.held, quota.exceeded('a', 3)]).toEqual([1, 0, undefined]);
});
