import { expect, it } from 'vitest';
import { follow } from '../../examples/greenhouse/follow.ts';

async function* stream(values: readonly number[], failure?: Error) {
  yield* values;
  if (failure !== undefined) throw failure;
}

it('follows on after failures and ends, tells of each once, and has no value meanwhile', async () => {
  const closing = new AbortController();
  const lines: string[] = [];
  const values: (number | undefined)[] = [];
  const tries = [
    () => Promise.reject(new Error('connection refused')),
    () => Promise.reject(new Error('connection refused')),
    () => Promise.resolve(stream([1, 2], new Error('reset'))),
    () => Promise.resolve(stream([3])),
    () => Promise.resolve(stream([4])),
  ];
  await follow(
    {
      what: 'zone-1 co2',
      open: () => (tries.shift() ?? (() => Promise.reject(new Error('no more'))))(),
      put(value) {
        values.push(value);
        if (value === 4) closing.abort();
      },
    },
    { signal: closing.signal, retry: 1, log: (line) => lines.push(line) },
  );
  expect(values).toEqual([undefined, undefined, 1, 2, undefined, 3, undefined, 4]);
  expect(lines).toEqual([
    'zone-1 co2 is unavailable, trying every 0.001 s: connection refused',
    'zone-1 co2 is back',
    'zone-1 co2 is unavailable, trying every 0.001 s: reset',
    'zone-1 co2 is back',
    'zone-1 co2 is unavailable, trying every 0.001 s: the subscription ended',
    'zone-1 co2 is back',
  ]);
});

it('opens a stream again that falls silent', async () => {
  const closing = new AbortController();
  const lines: string[] = [];
  let opened = 0;
  async function* silent(signal: AbortSignal) {
    opened += 1;
    yield opened;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  await follow(
    {
      what: 'the clock',
      quiet: 5,
      open: async (signal) => silent(signal),
      put(value) {
        if (value === 2) closing.abort();
      },
    },
    { signal: closing.signal, retry: 1, log: (line) => lines.push(line) },
  );
  expect(lines).toEqual([
    'the clock is unavailable, trying every 0.001 s: nothing came any more',
    'the clock is back',
  ]);
});
