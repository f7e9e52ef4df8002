import { createServient, type HostedThing, memoryStorage, type ThingDefinition } from 'thingwright';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { anonymous } from '../../src/contracts/access.ts';
import type { Change } from '../../src/contracts/interaction.ts';
import { Signal } from '../../src/simulation/signal.ts';
import { heater } from '../../things/actuators/heater.ts';
import { irrigationValve } from '../../things/actuators/irrigation-valve.ts';
import { vent } from '../../things/actuators/vent.ts';
import type { Drive } from '../../things/port.ts';
import { type Tag, type TagListener, tagReader } from '../../things/rfid/tag-reader.ts';
import { airTemperature } from '../../things/sensors/air-temperature.ts';
import { weatherStation } from '../../things/sensors/weather-station.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const context = { principal: anonymous };

/** Lets promise callbacks run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function exposed(definition: ThingDefinition) {
  const servient = createServient();
  onTestFinished(() => servient.stop());
  const { name } = await servient.expose(definition);
  const thing = servient.things.get(name);
  if (thing === undefined) throw new Error(`${name} is hosted`);
  return { servient, ...thing, ...told(thing) };
}

/** Collects the changes of a property or event. */
function told({ interactions }: HostedThing) {
  const collect = (changes: unknown[]) => ({ change: ({ data }: Change) => void changes.push(data) });
  return {
    async observed(name: string) {
      const values: unknown[] = [];
      await interactions.observeProperty(name, collect(values), context);
      return values;
    },
    async subscribed(name: string) {
      const values: unknown[] = [];
      await interactions.subscribeEvent(name, collect(values), context);
      return values;
    },
  };
}

/** Advances in steps, letting handlers run in between. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    clock.advance(5_000);
    await settled();
  }
}

async function invocation({ interactions }: HostedThing, action: string, input: unknown): Promise<string> {
  const result = await interactions.invokeAction(action, input, context);
  if (!('invocation' in result)) throw new Error(`${action} is asynchronous`);
  return result.invocation.id;
}

describe('sensors', () => {
  it('read their source, and tell when it changes', async () => {
    let value = 20;
    const source = new Signal(() => value);
    const { interactions, observed } = await exposed(airTemperature({ name: 'air', title: 'Air', source }));
    expect(await interactions.readProperty('temperature', context)).toBe(20);
    const values = await observed('temperature');
    value = 21.5;
    source.tell();
    expect(values).toEqual([20, 21.5]);
  });

  it('leave their source when unexposed', async () => {
    let reads = 0;
    const source = new Signal(() => {
      reads += 1;
      return 20;
    });
    const { servient, name } = await exposed(airTemperature({ name: 'air', title: 'Air', source }));
    await servient.unexpose(name);
    source.tell();
    expect(reads).toBe(0);
  });

  it('a weather station reads all its quantities', async () => {
    const weather = {
      time: '2026-04-15T08:00:00.000Z',
      temperature: 9.5,
      relativeHumidity: 80,
      solarRadiation: 410,
      windSpeed: 3.2,
    };
    const source = new Signal(() => weather);
    const { interactions } = await exposed(weatherStation({ name: 'weather', title: 'Weather', source }));
    expect(await interactions.readAllProperties(context)).toEqual(weather);
  });
});

/** A valve with water: 1 L/s while it is open. */
async function watered() {
  const clock = fakeClock();
  let open = false;
  let litres = 1_000;
  const meter = new Signal(() => litres);
  const flow = clock.every(1_000, () => {
    if (!open) return;
    litres += 1;
    meter.tell();
  });
  onTestFinished(() => flow.cancel());
  const drive = {
    set(value: boolean) {
      open = value;
    },
  };
  const hosted = await exposed(irrigationValve({ name: 'valve', title: 'Valve', drive, meter, clock }));
  return { ...hosted, clock, open: () => open };
}

describe('irrigation valve', () => {
  it('closes by itself after maxOnTime, however often it is opened, and emits safetyClosed', async () => {
    const { interactions, clock, open, subscribed, observed } = await watered();
    const events = await subscribed('safetyClosed');
    const states = await observed('open');
    await interactions.writeProperty('maxOnTime', 60, context);
    for (let opened = 0; opened < 5; opened += 1) {
      await interactions.writeProperty('open', true, context);
      await pass(clock, 10);
    }
    expect(open()).toBe(true);
    expect(await interactions.readProperty('remainingTime', context)).toBe(10);
    await pass(clock, 10);
    expect(open()).toBe(false);
    expect(events).toEqual([{ maxOnTime: 60 }]);
    expect(states).toEqual([false, true, false]);
    await expect(interactions.writeProperty('open', true, context)).rejects.toMatchObject({
      code: 'SAFETY_REST',
    });
  });

  it('refuses a maxOnTime beyond its bounds', async () => {
    const { interactions } = await watered();
    await expect(interactions.writeProperty('maxOnTime', 100_000, context)).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('irrigates by the litre', async () => {
    const thing = await watered();
    const id = await invocation(thing, 'irrigate', { litres: 42 });
    await settled();
    expect(thing.open()).toBe(true);
    await pass(thing.clock, 60);
    expect(thing.open()).toBe(false);
    expect(await thing.interactions.queryAction('irrigate', id, context)).toMatchObject({
      status: 'completed',
      output: { litres: 42, seconds: 45 },
    });
  });

  it('closes when an irrigation is cancelled', async () => {
    const thing = await watered();
    const id = await invocation(thing, 'irrigate', { litres: 500 });
    await pass(thing.clock, 10);
    expect(thing.open()).toBe(true);
    await thing.interactions.cancelAction('irrigate', id, context);
    await settled();
    expect(thing.open()).toBe(false);
  });

  it('stays shut when an irrigation is cancelled before it opened', async () => {
    const commands: boolean[] = [];
    let answer = (_: number) => {};
    const meter = {
      read: () => new Promise<number>((resolve) => (answer = resolve)),
      watch: () => () => {},
    };
    const drive = { set: (open: boolean) => void commands.push(open) };
    const thing = await exposed(
      irrigationValve({ name: 'valve', title: 'Valve', drive, meter, clock: fakeClock() }),
    );
    const id = await invocation(thing, 'irrigate', { litres: 500 });
    await thing.interactions.cancelAction('irrigate', id, context);
    answer(0);
    await settled();
    expect(commands).toEqual([false, false]);
  });

  it('closes in time however often an irrigation is cancelled and begun again', async () => {
    const thing = await watered();
    let seconds = 0;
    for (let round = 0; round < 15; round += 1) {
      const id = await invocation(thing, 'irrigate', { litres: 500 });
      for (let passed = 0; passed < 60; passed += 5) {
        await settled();
        if (thing.open()) seconds += 5;
        await pass(thing.clock, 5);
      }
      await thing.interactions.cancelAction('irrigate', id, context).catch(() => {});
      await settled();
    }
    expect(seconds).toBe(600);
  });

  it('fails an irrigation that is cut short, by a caller or for safety', async () => {
    const thing = await watered();
    const first = await invocation(thing, 'irrigate', { litres: 500 });
    await pass(thing.clock, 10);
    await thing.interactions.writeProperty('open', false, context);
    await settled();
    const second = await invocation(thing, 'irrigate', { litres: 2_000 });
    await pass(thing.clock, 600);
    for (const id of [first, second]) {
      expect(await thing.interactions.queryAction('irrigate', id, context)).toMatchObject({
        status: 'failed',
        error: { code: 'IRRIGATION_CUT_SHORT' },
      });
    }
    expect(thing.open()).toBe(false);
  });

  it('fails a second irrigation while one runs, which goes on', async () => {
    const thing = await watered();
    const first = await invocation(thing, 'irrigate', { litres: 20 });
    const second = await invocation(thing, 'irrigate', { litres: 20 });
    await settled();
    expect(await thing.interactions.queryAction('irrigate', second, context)).toMatchObject({
      status: 'failed',
      error: { code: 'VALVE_OPEN' },
    });
    await pass(thing.clock, 30);
    expect(await thing.interactions.queryAction('irrigate', first, context)).toMatchObject({
      status: 'completed',
    });
  });

  it('is closed when its Thing goes away', async () => {
    const { interactions, servient, open } = await watered();
    await interactions.writeProperty('open', true, context);
    await servient.stop();
    expect(open()).toBe(false);
  });
});

async function heated() {
  const clock = fakeClock();
  const levels: number[] = [];
  const drive = { set: (level: number) => void levels.push(level) };
  const thing = await exposed(heater({ name: 'heater', title: 'Heater', drive, clock }));
  return { ...thing, clock, levels };
}

describe('actuators with a level', () => {
  it('switch off after maxOnTime and tell', async () => {
    const { interactions, clock, levels, subscribed } = await heated();
    const events = await subscribed('safetyStopped');
    await interactions.writeProperty('level', 70, context);
    await interactions.writeProperty('level', 90, context);
    await pass(clock, 7_200);
    expect(levels).toEqual([0, 70, 90, 0]);
    expect(events).toEqual([{ maxOnTime: 7_200 }]);
    expect(await interactions.readProperty('level', context)).toBe(0);
  });

  it('run for a time, at most as long as the envelope lets them', async () => {
    const { interactions, clock, levels } = await heated();
    const run = (seconds: number) => interactions.invokeAction('runFor', { level: 50, seconds }, context);
    expect(await run(60)).toEqual({ output: { remainingTime: 60 } });
    await pass(clock, 60);
    expect(levels).toEqual([0, 50, 0]);
    expect(await run(7_200)).toEqual({ output: { remainingTime: 7_140 } });
  });

  it('tell the same remaining time by answer, property and notification', async () => {
    const { interactions, clock, observed } = await heated();
    const told = await observed('remainingTime');
    const answer = await interactions.invokeAction('runFor', { level: 50, seconds: 1_800 }, context);
    expect(answer).toEqual({ output: { remainingTime: 1_800 } });
    expect(await interactions.readProperty('remainingTime', context)).toBe(1_800);
    await vi.waitFor(() => expect(told.at(-1)).toBe(1_800));
    await pass(clock, 60);
    expect(await interactions.readProperty('remainingTime', context)).toBe(1_740);
  });

  it('rest after their longest time on, whatever maxOnTime is by then', async () => {
    const { interactions, clock, levels } = await heated();
    await interactions.writeProperty('maxOnTime', 60, context);
    await interactions.writeProperty('level', 100, context);
    await pass(clock, 60);
    await interactions.writeProperty('maxOnTime', 7_200, context);
    const again = interactions.writeProperty('level', 100, context);
    await expect(again).rejects.toMatchObject({ code: 'SAFETY_REST' });
    const restedAt = String(await interactions.readProperty('restedAt', context));
    expect(Date.parse(restedAt) - clock.now()).toBe(300_000);
    await pass(clock, 300);
    await interactions.writeProperty('level', 100, context);
    expect(levels).toEqual([0, 100, 0, 100]);
  });

  it('have a hard maximum, and tell the maxOnTime that was in force', async () => {
    const { interactions, clock, subscribed } = await heated();
    const events = await subscribed('safetyStopped');
    const beyond = interactions.writeProperty('maxOnTime', 7_201, context);
    await expect(beyond).rejects.toMatchObject({ kind: 'invalid' });
    await interactions.writeProperty('maxOnTime', 60, context);
    await interactions.writeProperty('level', 100, context);
    await interactions.writeProperty('maxOnTime', 7_200, context);
    await pass(clock, 60);
    expect(events).toEqual([{ maxOnTime: 60 }]);
  });

  it('rest after a restart that found them on', async () => {
    const clock = fakeClock();
    const storage = memoryStorage();
    const level = { set() {} };
    const started = async (drive: Drive<number>) => {
      const servient = createServient({ storage });
      onTestFinished(() => servient.stop());
      await servient.expose(heater({ name: 'heater', title: 'Heater', drive, clock }));
      return servient.things.get('heater')?.interactions;
    };
    await (await started(level))?.writeProperty('level', 100, context);
    const again = (await started(level))?.writeProperty('level', 100, context);
    await expect(again).rejects.toMatchObject({ code: 'SAFETY_REST' });
  });

  it('forget a time that a later command took the place of', async () => {
    const { interactions, clock } = await heated();
    await interactions.invokeAction('runFor', { level: 50, seconds: 60 }, context);
    await interactions.writeProperty('level', 80, context);
    await pass(clock, 120);
    expect(await interactions.readProperty('level', context)).toBe(80);
  });
});

/** A vent that moves one percent per second. */
async function moving() {
  const clock = fakeClock();
  let [goal, here] = [0, 0];
  const position = new Signal(() => here);
  const motor = clock.every(1_000, () => {
    here += Math.sign(goal - here);
    position.tell();
  });
  onTestFinished(() => motor.cancel());
  const drive = {
    set(value: number) {
      goal = value;
    },
  };
  return { ...(await exposed(vent({ name: 'vent', title: 'Vent', drive, position }))), clock };
}

describe('vent', () => {
  it('moves to an opening and tells when it is there', async () => {
    const thing = await moving();
    const id = await invocation(thing, 'moveTo', { position: 20 });
    await pass(thing.clock, 10);
    expect(await thing.interactions.queryAction('moveTo', id, context)).toMatchObject({ status: 'running' });
    await pass(thing.clock, 10);
    expect(await thing.interactions.queryAction('moveTo', id, context)).toMatchObject({
      status: 'completed',
      output: { position: 20 },
    });
  });

  it('stops where it is when the move is cancelled', async () => {
    const thing = await moving();
    const id = await invocation(thing, 'moveTo', { position: 100 });
    await pass(thing.clock, 10);
    await thing.interactions.cancelAction('moveTo', id, context);
    await pass(thing.clock, 20);
    expect(await thing.interactions.readProperty('position', context)).toBe(10);
    expect(await thing.interactions.readProperty('target', context)).toBe(10);
  });

  it('fails a move that another command takes the place of', async () => {
    const thing = await moving();
    const id = await invocation(thing, 'moveTo', { position: 100 });
    await pass(thing.clock, 10);
    expect(await thing.interactions.invokeAction('stop', undefined, context)).toEqual({
      output: { position: 10 },
    });
    await settled();
    expect(await thing.interactions.queryAction('moveTo', id, context)).toMatchObject({
      status: 'failed',
      error: { code: 'VENT_REDIRECTED' },
    });
  });
});

const tray: Tag = { epc: 'urn:epc:id:grai:0614141.12345.400', kind: 'tray', rssi: -60, antenna: 1 };
const badge: Tag = { epc: 'urn:epc:id:gsrnp:0614141.1000000001', kind: 'badge', rssi: -50, antenna: 2 };

async function gated() {
  const clock = fakeClock();
  const here: Tag[] = [];
  const listeners = new Set<TagListener>();
  const field = {
    present: () => [...here],
    watch(listener: TagListener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const thing = await exposed(tagReader({ name: 'gate', title: 'Gate', field, clock }));
  return {
    ...thing,
    clock,
    listeners,
    come(tag: Tag) {
      here.push(tag);
      for (const listener of listeners) listener.seen(tag);
    },
    go(tag: Tag) {
      here.splice(here.indexOf(tag), 1);
      for (const listener of listeners) listener.left(tag, 12);
    },
  };
}

describe('tag reader', () => {
  it('tells who comes, who goes and who is there', async () => {
    const { interactions, come, go, subscribed, observed } = await gated();
    const [seen, left] = [await subscribed('tagSeen'), await subscribed('tagLeft')];
    const counts = await observed('count');
    come(tray);
    come(badge);
    go(tray);
    expect(seen).toEqual([tray, badge]);
    expect(left).toEqual([{ ...tray, seconds: 12 }]);
    expect(counts).toEqual([0, 1, 2, 1]);
    expect(await interactions.readProperty('present', context)).toEqual([badge]);
  });

  it('takes inventory of all that was there meanwhile', async () => {
    const thing = await gated();
    thing.come(tray);
    const id = await invocation(thing, 'takeInventory', { seconds: 30 });
    thing.go(tray);
    thing.come(badge);
    await pass(thing.clock, 30);
    thing.come(tray);
    expect(await thing.interactions.queryAction('takeInventory', id, context)).toMatchObject({
      status: 'completed',
      output: { tags: [tray, badge] },
    });
  });

  it('leaves the field when an inventory is cancelled', async () => {
    const thing = await gated();
    const before = thing.listeners.size;
    const id = await invocation(thing, 'takeInventory', { seconds: 30 });
    await settled();
    expect(thing.listeners.size).toBe(before + 1);
    await thing.interactions.cancelAction('takeInventory', id, context);
    expect(thing.listeners.size).toBe(before);
  });
});
