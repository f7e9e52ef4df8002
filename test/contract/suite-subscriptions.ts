import { expect } from 'vitest';
import type { Started } from './suite-cell.ts';
import { type CellTest, failure, type Run } from './suite-cell.ts';
import { on, type Probe, property, Received, type Subscription } from './suite-probe.ts';
import { machine, station, thinned } from './suite-things.ts';

/** The ops that go on: observing and subscribing. */
export const subscriptionCells = {
  observeproperty: {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const { received } = await thing.observe('level');
      await received.toBe([20]);
      run.device.handle().set('level', 30);
      await received.toBe([20, 30]);
      await thing.write('level', 40);
      await received.toBe([20, 30, 40]);
    },
  },

  'observeproperty (handler-owned)': {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const { received } = await thing.observe('position');
      await received.toBe([{ x: 1, y: 2 }]);
      run.device.handle().notify('position', { x: 8, y: 9 });
      await received.toBe([
        { x: 1, y: 2 },
        { x: 8, y: 9 },
      ]);
    },
  },

  unobserveproperty: {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const [ending, staying] = [await thing.observe('level'), await thing.observe('level')];
      await endsAlone(ending, staying, [20], (value) => run.device.handle().set('level', value));
    },
  },

  subscribeevent: {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      run.device.handle().emit('alarm', { code: 0 });
      // An answer that comes after it: the event is past every broker on the way.
      await thing.read('level');
      const { received } = await thing.event('alarm');
      run.device.handle().emit('alarm', { code: 1, text: 'Übertemperatur' });
      run.device.handle().emit('moved', 5);
      run.device.handle().emit('alarm', { code: 2 });
      // What was emitted before is not told, and other events are not either.
      await received.toBe([{ code: 1, text: 'Übertemperatur' }, { code: 2 }]);
    },
  },

  'subscribeevent (no data)': {
    notifies: true,
    async run(run) {
      const { received } = await (await run.thing()).event('tick');
      run.device.handle().emit('tick');
      await received.toBe([undefined]);
      run.device.handle().emit('tick');
      await received.toBe([undefined, undefined]);
    },
  },

  unsubscribeevent: {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const [ending, staying] = [await thing.event('moved'), await thing.event('moved')];
      await endsAlone(ending, staying, [], (value) => run.device.handle().emit('moved', value));
    },
  },

  observeallproperties: {
    notifies: true,
    things: (device) => [station(device)],
    async run(run) {
      const { received } = await (await run.thing('station')).subscribe({ op: 'observeallproperties' });
      run.device.handle('station').set('low', 5);
      run.device.handle('station').set('high', 6);
      run.device.handle('station').emit('closed');
      await received.until(() => expect(received.named.slice(-2)).toEqual([['low', 5], ['high', 6]])); // biome-ignore format: a table
    },
  },

  'observeallproperties (present values)': {
    notifies: true,
    things: (device) => [station(device)],
    async run(run) {
      const { received } = await (await run.thing('station')).subscribe({ op: 'observeallproperties' });
      // Just the observable ones.
      await received.until(() => expect(new Map(received.named)).toEqual(new Map([['low', 1], ['high', 9]]))); // biome-ignore format: a table
    },
  },

  unobserveallproperties: {
    notifies: true,
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      const ending = await thing.subscribe({ op: 'observeallproperties' });
      const staying = await thing.observe('low');
      await staying.received.toBe([1]);
      await ending.end();
      const before = ending.received.named;
      for (const value of [2, 3]) run.device.handle('station').set('low', value);
      await staying.received.toBe([1, 2, 3]);
      expect(ending.received.named).toEqual(before);
    },
  },

  subscribeallevents: {
    notifies: true,
    things: (device) => [station(device)],
    async run(run) {
      const { received } = await (await run.thing('station')).subscribe({ op: 'subscribeallevents' });
      run.device.handle('station').emit('opened', 1);
      run.device.handle('station').set('low', 5);
      run.device.handle('station').emit('closed');
      await received.until(() => expect(received.named).toEqual([['opened', 1], ['closed', undefined]])); // biome-ignore format: a table
    },
  },

  unsubscribeallevents: {
    notifies: true,
    things: (device) => [station(device)],
    async run(run) {
      const thing = await run.thing('station');
      const ending = await thing.subscribe({ op: 'subscribeallevents' });
      const staying = await thing.event('opened');
      await endsAlone(ending, staying, [], (value) => run.device.handle('station').emit('opened', value));
    },
  },

  'two subscribers': {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const both = [await thing.event('moved'), await thing.event('moved')];
      for (const value of [1, 2, 3]) run.device.handle().emit('moved', value);
      for (const { received } of both) await received.toBe([1, 2, 3]);
    },
  },

  'every change in order': {
    notifies: true,
    async run(run) {
      const { received } = await (await run.thing()).event('moved');
      const values = Array.from({ length: 200 }, (_, index) => index);
      for (const value of values) run.device.handle().emit('moved', value);
      await received.toBe(values);
    },
  },

  'ids rise strictly': {
    notifies: true,
    things: (device) => [machine(device), station(device)],
    async run(run) {
      const level = await (await run.thing()).observe('level');
      const opened = await (await run.thing('station')).event('opened');
      await level.received.toBe([20]);
      for (const value of [1, 2, 3]) {
        run.device.handle().set('level', value);
        run.device.handle('station').emit('opened', value);
      }
      await level.received.toBe([20, 1, 2, 3]);
      await opened.received.toBe([1, 2, 3]);
      // The present value need not be a change; what follows is, and all changes of a servient are in one order.
      const inTurn = level.received.ids
        .slice(1)
        .flatMap((id, index) => [id, opened.received.ids[index] ?? '']);
      expect(inTurn).toHaveLength(6);
      expect(inTurn).not.toContain('');
      expect(inTurn).toEqual([...new Set(inTurn)].sort(byId));
    },
  },

  'resume (event)': {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const { received, end } = await thing.event('moved');
      run.device.handle().emit('moved', 1);
      await received.toBe([1]);
      await end();
      for (const value of [2, 3]) run.device.handle().emit('moved', value);
      const resumed = await resume(run, thing, on('subscribeevent', 'events', 'moved'), received.ids[0]);
      await resumed.toBe([2, 3]);
      run.device.handle().emit('moved', 4);
      await resumed.toBe([2, 3, 4]);
      expect(resumed.gaps).toEqual([]);
    },
  },

  'resume (property)': {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const { received, end } = await thing.observe('count');
      await received.toBe([3]);
      run.device.handle().set('count', 4);
      await received.toBe([3, 4]);
      await end();
      for (const value of [5, 6]) run.device.handle().set('count', value);
      const resumed = await resume(run, thing, property('observeproperty', 'count'), received.ids[1]);
      await resumed.toBe([5, 6]);
    },
  },

  'gap after a restart': {
    notifies: true,
    async run(first) {
      const before = await (await first.thing()).event('moved');
      first.device.handle().emit('moved', 1);
      await before.received.toBe([1]);
      await before.end();
      first.device.handle().emit('moved', 2);
      await first.started.stop();

      const second = await first.restart();
      const target = on('subscribeevent', 'events', 'moved');
      const resumed = await resume(second, await second.thing(), target, before.received.ids[0]);
      second.device.handle().emit('moved', 3);
      await resumed.toBe([3]);
      expect(resumed.gaps).toEqual([{ after: before.received.ids[0], resumesAt: expect.any(String) }]);
    },
  },

  'notify minInterval': {
    notifies: true,
    fakeClock: true,
    things: (device) => [thinned(device)],
    async run(run) {
      const { received } = await (await run.thing('thinned')).observe('calm');
      await received.toBe([20]);
      for (const value of [1, 2, 3]) run.device.handle('thinned').set('calm', value);
      await received.toBe([20, 1]);
      run.clock.advance(999);
      run.device.handle('thinned').set('calm', 4);
      await received.toBe([20, 1]);
      run.clock.advance(1);
      await received.toBe([20, 1, 4]);
      run.clock.advance(1000);
      run.device.handle('thinned').set('calm', 5);
      await received.toBe([20, 1, 4, 5]);
    },
  },

  'notify deadband': {
    notifies: true,
    things: (device) => [thinned(device)],
    async run(run) {
      const { received } = await (await run.thing('thinned')).observe('steady');
      await received.toBe([20]);
      for (const value of [20.2, 20.4, 21, 20.8, 20]) run.device.handle('thinned').set('steady', value);
      await received.toBe([20, 21, 20]);
    },
  },

  'notify leaves reads alone': {
    things: (device) => [thinned(device)],
    async run(run) {
      const thing = await run.thing('thinned');
      run.device.handle('thinned').set('steady', 21);
      run.device.handle('thinned').set('steady', 21.1);
      expect(await thing.read('steady')).toBe(21.1);
    },
  },

  'unexpose ends subscriptions': {
    notifies: true,
    things: (device) => [machine(device), station(device)],
    async run(run) {
      const thing = await run.thing();
      const [level, moved] = [await thing.observe('level'), await thing.event('moved')];
      const other = await (await run.thing('station')).event('opened');
      await level.received.toBe([20]);
      await run.started.unexpose('machine');
      for (const { received } of [level, moved])
        await received.until(() => expect(received.ends).toEqual(['ended']));
      await failure(thing.read('level'), 'not-found');
      run.device.handle('station').emit('opened', 1);
      await other.received.toBe([1]);
    },
  },

  'stop with subscribers': {
    notifies: true,
    async run(run) {
      const thing = await run.thing();
      const { received, end } = await thing.observe('level');
      await received.toBe([20]);
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error(`stop() took over ${run.patience} ms`)), run.patience);
      await Promise.race([run.started.stop(), late]);
      clearTimeout(timer);
      await end();
    },
  },
} as const satisfies Readonly<Record<string, CellTest>>;

/** After its end the one hears nothing, while the other goes on. */
async function endsAlone(
  ending: Subscription,
  staying: Subscription,
  start: readonly unknown[],
  tell: (value: number) => void,
): Promise<void> {
  for (const { received } of [ending, staying]) await received.toBe(start);
  tell(1);
  for (const { received } of [ending, staying]) await received.toBe([...start, 1]);
  await ending.end();
  await ending.end();
  for (const value of [2, 3]) tell(value);
  await staying.received.toBe([...start, 1, 2, 3]);
  expect(ending.received.values).toEqual([...start, 1]);
  expect(ending.received.ends.filter((end) => end !== 'ended')).toEqual([]);
}

async function resume(
  { started }: Run,
  thing: Probe,
  target: Parameters<Probe['request']>[0],
  after: string | undefined,
): Promise<Received> {
  if (started.resume === undefined || !after)
    throw new Error('The binding cannot resume: no id or no way to send one');
  const received = new Received(thing.line);
  await (started.resume as NonNullable<Started['resume']>)(thing.request(target), after, received);
  return received;
}

/** Ids of one protocol are of one form: numbers, or text that sorts as the numbers do. */
function byId(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
