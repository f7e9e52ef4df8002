import { expect, test } from 'vitest';
import { boundsFor, ClientBounds } from '../../src/security/client-bounds.ts';

test('bounds what is held in all and per client, and wakes who waits when some is given back', () => {
  const bounds = new ClientBounds({ most: 5, mostPerClient: 3 });
  bounds.take('a', 3);
  expect([bounds.exceeded('a'), bounds.exceeded('b', 2), bounds.exceeded('b', 3)]).toEqual([
    'mostPerClient',
    undefined,
    'most',
  ]);
  let woken = 0;
  bounds.wait(() => {
    woken += 1;
  });
  bounds.give('a', 2);
  bounds.give('a');
  expect([woken, bounds.held, bounds.exceeded('a', 3)]).toEqual([1, 0, undefined]);
});

test('refuses with the bound and what to do', () => {
  const counted = { code: 'SOCKETS', what: 'sockets open', advice: 'close some', retryAfter: 30 };
  const bounds = new ClientBounds({ most: 2, mostPerClient: 1 });
  bounds.take('a');
  const details = { retryAfter: 30 };
  const ofClient = { kind: 'rate-limited', code: 'SOCKETS_PER_CLIENT', details };
  expect(() => bounds.check('a', counted)).toThrow(expect.objectContaining(ofClient));
  bounds.check('b', counted);
  bounds.take('b');
  const inAll = { kind: 'overloaded', code: 'SOCKETS_EXHAUSTED', details };
  expect(() => bounds.check('c', counted)).toThrow(expect.objectContaining(inAll));
});

test('behind a proxy a client has a bound of its own only where that is given', () => {
  const defaults = { most: 10, mostPerClient: 3 };
  expect(boundsFor(defaults, false)).toEqual(defaults);
  expect(boundsFor(defaults, true)).toEqual({ most: 10, mostPerClient: Number.POSITIVE_INFINITY });
  const given = { most: 5, mostPerClient: 2 };
  expect(boundsFor(defaults, true, given)).toEqual(given);
});
