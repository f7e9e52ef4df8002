import { expect, test } from 'vitest';
import { risingIds, shuffledIds } from '../../src/bindings/coap/endpoint/message-ids.ts';

const apart = 32_768;

test('no shuffled id comes again among the next 32,768, and none is foretold by the one before', () => {
  const next = shuffledIds();
  const drawn = Array.from({ length: 5 * apart }, next);
  const last = new Map<number, number>();
  let nearest = Number.POSITIVE_INFINITY;
  for (const [at, id] of drawn.entries()) {
    nearest = Math.min(nearest, at - (last.get(id) ?? Number.NEGATIVE_INFINITY));
    last.set(id, at);
  }
  expect(nearest).toBeGreaterThan(apart);
  const steps = new Set(drawn.slice(1).map((id, at) => id - (drawn[at] as number)));
  expect(steps.size).toBeGreaterThan(50_000);
});

test('rising ids start again after the highest', () => {
  const next = risingIds();
  const drawn = Array.from({ length: 65_536 }, next);
  expect(new Set(drawn).size).toBe(65_536);
  expect(next()).toBe(drawn[0]);
});
