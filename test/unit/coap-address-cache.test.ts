import { expect, test } from 'vitest';
import { AddressCache } from '../../src/bindings/coap/endpoint/address-cache.ts';
import { Allowance } from '../../src/bindings/coap/endpoint/allowance.ts';
import type { Peer } from '../../src/bindings/coap/endpoint/endpoint.ts';
import { fakeClock } from '../support/fake-clock.ts';

const peer = (address: string, port = 1): Peer => ({ address, port, key: `${address} ${port}` });

let clock = fakeClock();

function cache() {
  clock = fakeClock();
  const bounds = { clock, maxBytes: 100_000, maxBytesPerAddress: 30_000 };
  return new AddressCache<string>(bounds);
}

test('an address that fills its share from many ports pushes out its own alone', () => {
  const values = cache();
  const [victim, flood] = [peer('192.0.2.1'), '192.0.2.2'];
  values.set(victim, 'v', 'upload', 10_000);
  for (let port = 1; port <= 100; port++) values.set(peer(flood, port), `f${port}`, 'junk', 10_000);
  expect(values.get(victim, 'v')).toBe('upload');
  const kept = Array.from({ length: 100 }, (_, index) => values.get(peer(flood), `f${index + 1}`));
  expect(kept.flatMap((value, index) => (value ? [index + 1] : []))).toEqual([99, 100]);
});

test('of all addresses the ones silent longest lose theirs', () => {
  const values = cache();
  const active = peer('192.0.2.1');
  for (let last = 2; last <= 50; last++) {
    values.set(active, 'a', 'upload', 5_000);
    values.set(peer(`192.0.2.${last}`), 'k', 'junk', 9_000);
  }
  expect(values.get(active, 'a')).toBe('upload');
  const kept = Array.from({ length: 49 }, (_, index) => values.get(peer(`192.0.2.${index + 2}`), 'k'));
  expect(kept.filter((value) => value !== undefined)).toHaveLength(10);
  expect(kept.at(-1)).toBe('junk');
});

test('addresses that fill their shares all the time leave room for a slower one', () => {
  const values = cache();
  const slow = peer('192.0.2.1');
  values.set(slow, 'v', 'upload', 5_000);
  for (let round = 1; round <= 100; round++) {
    for (let last = 2; last <= 7; last++) values.set(peer(`192.0.2.${last}`), `${round}`, 'junk', 2_000);
  }
  expect(values.get(slow, 'v')).toBe('upload');
});

test('who only claims an address pushes out nothing of who has shown it', () => {
  const values = cache();
  const allowance = new Allowance(10, { echo: () => Buffer.alloc(8), isGiven: () => false });
  const shown = peer('192.0.2.1');
  values.set({ ...shown, allowance }, 'before', 'upload', 1_000);
  expect(values.get(shown, 'before')).toBe('upload');
  values.set(shown, 'v', 'upload', 5_000);
  for (let key = 1; key <= 100; key++) {
    const { address } = peer(`192.0.2.${key}`);
    values.set({ ...peer(address), allowance }, `${key}`, 'junk', 5_000);
  }
  expect(values.get(shown, 'v')).toBe('upload');
});

test('what is kept no longer gives its room back, whoever had it', () => {
  const values = cache();
  for (let last = 2; last <= 10; last++) values.set(peer(`192.0.2.${last}`), 'k', 'v', 10_000);
  clock.advance(247_000);
  for (let key = 1; key <= 2; key++) values.set(peer('192.0.2.1'), `${key}`, 'v', 13_000);
  expect([1, 2].map((key) => values.get(peer('192.0.2.1'), `${key}`))).toEqual(['v', 'v']);
});

test('what is deleted makes room', () => {
  const values = cache();
  for (let round = 0; round < 100; round++) {
    values.set(peer('192.0.2.1'), 'k', 'v', 25_000);
    values.delete(peer('192.0.2.1'), 'k');
  }
  for (const last of [2, 3, 4]) values.set(peer(`192.0.2.${last}`), 'k', 'v', 25_000);
  expect([2, 3, 4].map((last) => values.get(peer(`192.0.2.${last}`), 'k'))).toEqual(['v', 'v', 'v']);
  expect(values.get(peer('192.0.2.1'), 'k')).toBeUndefined();
});
