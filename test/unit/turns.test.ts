import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../src/bindings/websocket/turns.ts';

test('a step is taken at once', () => {
  let steps = 0;
  new Turns().add(() => ++steps < 3);
  expect(steps).toBe(3);
});

test('what takes long ends the turn of the event loop, and so does what says that it goes on', async () => {
  for (const work of [
    () => {
      for (const until = performance.now() + 5; performance.now() < until; );
    },
    (turns: Turns) => turns.rest(),
  ]) {
    const turns = new Turns();
    let steps = 0;
    turns.add(() => {
      work(turns);
      return ++steps < 3;
    });
    expect(steps).toBe(1);
    while (steps < 3) await turn();
  }
});

test('one with much to do delays neither the event loop nor others, and gets all done', async () => {
  const turns = new Turns();
  let steps = 0;
  turns.add(() => ++steps < 1000);
  expect(steps).toBeLessThan(100);
  const before = steps;
  const began = new Promise<number>((resolve) =>
    turns.add(() => {
      resolve(steps);
      return false;
    }),
  );
  expect((await began) - before).toBeLessThan(2);
  while (steps < 1000) await turn();
});
