import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LargeBodies } from '../../src/bindings/http/messages/large-bodies.ts';
import { failureOf } from '../support/failure-of.ts';

const roomy = { most: 1000, mostPerClient: 1000 };

test('large bodies are decoded one by one, those of other clients between, and the event loop goes on', async () => {
  const bodies = new LargeBodies(roomy);
  const order: string[] = [];
  const decode = async (client: string) => {
    const done = await bodies.turnFor(client);
    order.push(client);
    done();
  };
  const all = ['a', 'a', 'a', 'b', 'b', 'c'].map(decode);
  await turn();
  expect(order.length).toBeLessThan(3);
  await Promise.all(all);
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b']);
});

test('one that takes long has its turn until it is done; alone it waits for nothing', async () => {
  const bodies = new LargeBodies(roomy);
  const first = await bodies.turnFor('a');
  let begun = false;
  const second = bodies.turnFor('b').then((done) => {
    begun = true;
    done();
  });
  for (let times = 0; times < 3; times++) await turn();
  expect(begun).toBe(false);
  first();
  await second;
});

test('bytes under way are bounded in all and per client, and what is refused counts nothing', async () => {
  const bodies = new LargeBodies({ most: 100, mostPerClient: 60 });
  bodies.hold('a', 60);
  expect(await failureOf(() => bodies.hold('a', 1))).toMatch(/^rate-limited BODIES_PER_CLIENT: .*60 bytes/);
  expect(await failureOf(() => bodies.hold('b', 41))).toMatch(/^overloaded BODIES_EXHAUSTED: .*100 bytes/);
  bodies.hold('b', 40);
  bodies.release('a', 60);
  bodies.release('b', 40);
  bodies.hold('b', 60);
  bodies.hold('a', 40);
});
