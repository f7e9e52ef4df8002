import { expect, vi } from 'vitest';
import { type CellTest, eventually, failure, type Run } from './suite-cell.ts';
import type { ActionStatus, Invocation, Probe } from './suite-probe.ts';
import { faulty, initialValues, station } from './suite-things.ts';

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The ops that are one request and one answer. */
export const operationCells = {
  readproperty: {
    async run(run) {
      const thing = await run.thing();
      const values: Record<string, unknown> = {};
      for (const name of Object.keys(initialValues)) values[name] = await thing.read(name);
      expect(values).toEqual(initialValues);
    },
  },

  'readproperty (handler-owned)': {
    async run(run) {
      const thing = await run.thing();
      expect(await thing.read('serial')).toBe('M-0001');
      run.device.position = { x: 0.5, y: -7 };
      expect(await thing.read('position')).toEqual({ x: 0.5, y: -7 });
    },
  },

  writeproperty: {
    async run(run) {
      const thing = await run.thing();
      for (const [name, value] of Object.entries(otherValues)) {
        await thing.write(name, value);
        expect(await thing.read(name), name).toEqual(value);
      }
      expect(run.device.writes).toEqual(Object.entries(otherValues));
    },
  },

  'writeproperty (handler-owned)': {
    async run(run) {
      const thing = await run.thing();
      await thing.write('position', { x: 3, y: 4 });
      await thing.write('secret', 'sesame');
      expect(await thing.read('position')).toEqual({ x: 3, y: 4 });
      expect(run.device.writes).toEqual([
        ['position', { x: 3, y: 4 }],
        ['secret', 'sesame'],
      ]);
    },
  },

  invokeaction: {
    async run(run) {
      const thing = await run.thing();
      expect(await thing.invoke('add', { a: 2, b: 0.5 })).toBe(2.5);
      expect(await thing.invoke('now')).toBe('2026-01-01T00:00:00Z');
    },
  },

  'invokeaction (no output)': {
    async run(run) {
      const thing = await run.thing();
      expect(await thing.invoke('ping')).toBeUndefined();
      expect(await thing.invoke('reset', 'soft')).toBeUndefined();
      expect(run.device.writes).toEqual([['reset', 'soft']]);
    },
  },

  'invokeaction (async)': {
    async run(run) {
      const invocation = await (await run.thing()).begin('move', 7);
      expect(invocation.status).toMatchObject({
        status: expect.stringMatching(/^(pending|running)$/),
        timeRequested: expect.stringMatching(rfc3339),
      });
      await eventually(run, () => expect(run.device.moves.map(({ input }) => input)).toEqual([7]));
    },
  },

  queryaction: {
    async run(run) {
      const thing = await run.thing();
      const invocation = await thing.begin('move', 7);
      await eventually(run, () => expect(run.device.moves).toHaveLength(1));
      expect((await thing.query(invocation)).status).toBe('running');
      run.device.moves[0]?.finish({ at: 7 });
      expect(await settled(thing, invocation)).toMatchObject({
        status: 'completed',
        output: { at: 7 },
        timeRequested: invocation.status.timeRequested,
        timeEnded: expect.stringMatching(rfc3339),
      });
    },
  },

  'queryaction (no output)': {
    async run(run) {
      const thing = await run.thing();
      const invocation = await thing.begin('home');
      await eventually(run, () => expect(run.device.moves).toHaveLength(1));
      run.device.moves[0]?.finish(undefined);
      const status = await settled(thing, invocation);
      expect(status.status).toBe('completed');
      expect(status).not.toHaveProperty('output');
    },
  },

  'queryaction (failed)': {
    things: (device) => [faulty(device)],
    async run(run) {
      const thing = await run.thing('faulty');
      const status = await settled(thing, await thing.begin('collapse'));
      expect(status.status).toBe('failed');
      expect(status.error).toMatchObject({ kind: 'internal', correlationId: expect.any(String) });
      expect(JSON.stringify(status)).not.toContain('swordfish');
    },
  },

  cancelaction: {
    async run(run) {
      const thing = await run.thing();
      const [first, second] = [await thing.begin('move', 1), await thing.begin('move', 2)];
      await eventually(run, () => expect(run.device.moves).toHaveLength(2));
      await thing.cancel(first);
      expect(run.device.moves.map(({ signal }) => signal.aborted)).toEqual([true, false]);
      await failure(thing.query(first), 'not-found');
      await failure(thing.cancel(first), 'not-found');
      expect((await thing.query(second)).status).toBe('running');
    },
  },

  'cancelaction (finished)': {
    async run(run) {
      const thing = await run.thing();
      const invocation = await thing.begin('home');
      await eventually(run, () => expect(run.device.moves).toHaveLength(1));
      run.device.moves[0]?.finish(undefined);
      await settled(thing, invocation);
      await thing.cancel(invocation);
      await failure(thing.query(invocation), 'not-found');
    },
  },

  queryallactions: {
    async run(run) {
      const thing = await run.thing();
      await thing.begin('move', 1);
      await thing.begin('move', 2);
      await thing.begin('home');
      await eventually(run, () => expect(run.device.moves).toHaveLength(3));
      const before = await thing.queryAll();
      expect([before['move']?.length, before['home']?.length]).toEqual([2, 1]);
      await finishFirst(run, thing);
      // Newest first: the one that was begun first stands last (Profile, queryallactions-6b).
      const after = await thing.queryAll();
      expect(after['move']?.map(({ status }) => status)).toEqual(['running', 'completed']);
    },
  },

  readallproperties: {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      expect(await thing.readAll()).toEqual({ low: 1, high: 9, quiet: 'hush', fixed: 42 });
    },
  },

  writeallproperties: {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      await thing.writeAll({ low: 2, high: 8, quiet: 'loud', key: 'k' });
      expect(await thing.readAll()).toEqual({ low: 2, high: 8, quiet: 'loud', fixed: 42 });
      expect(new Map(run.device.writes).get('key')).toBe('k');
    },
  },

  readmultipleproperties: {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      expect(await thing.readMultiple(['low', 'fixed'])).toEqual({ low: 1, fixed: 42 });
      expect(await thing.readMultiple(['quiet'])).toEqual({ quiet: 'hush' });
    },
  },

  writemultipleproperties: {
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      await thing.writeMultiple({ low: 3, key: 'k' });
      expect(await thing.readAll()).toEqual({ low: 3, high: 9, quiet: 'hush', fixed: 42 });
      expect(run.device.writes).toEqual([
        ['low', 3],
        ['key', 'k'],
      ]);
    },
  },

  uriVariables: {
    async run(run) {
      const thing = await run.thing();
      expect(await thing.read('scaled')).toEqual({});
      expect(await thing.read('scaled', { uriVariables: { unit: 'F', digits: 2 } })).toEqual({
        unit: 'F',
        digits: 2,
      });
      const structured = { tags: ['1', 'b c'], 'zero, at*': { x: 1, y: -2.5 } };
      expect(await thing.read('scaled', { uriVariables: structured })).toEqual(structured);
      expect(await thing.invoke('tell', undefined, { uriVariables: { times: 3 } })).toBe(3);
    },
  },

  'many requests at once': {
    async run(run) {
      const thing = await run.thing();
      const sums = Array.from({ length: 50 }, (_, index) => thing.invoke('add', { a: index, b: 1 }));
      expect(await Promise.all(sums)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    },
  },
} as const satisfies Readonly<Record<string, CellTest>>;

const otherValues = {
  level: 99.5,
  count: -4,
  flag: false,
  label: 'plain',
  mode: 'off',
  limits: { low: 0, high: 1, unit: 'C' },
  profile: [],
  point: [-1, 'south'],
  choice: 12,
  anything: [1, 'two', { three: null }],
} satisfies Record<keyof typeof initialValues, unknown>;

async function settled(thing: Probe, invocation: Invocation): Promise<ActionStatus> {
  return vi.waitFor(
    async () => {
      const status = await thing.query(invocation);
      expect(status.status).toMatch(/^(completed|failed)$/);
      return status;
    },
    { timeout: thing.line.patience, interval: 5 },
  );
}

async function finishFirst(run: Run, thing: Probe): Promise<void> {
  run.device.moves.find(({ input }) => input === 1)?.finish({ at: 1 });
  await vi.waitFor(
    async () => expect((await thing.queryAll())['move']?.map(({ status }) => status)).toContain('completed'),
    { timeout: run.patience, interval: 5 },
  );
}
