import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createServient,
  defineThing,
  type ServerBinding,
  type Servient,
  type Storage,
  sqliteStorage,
} from 'thingwright';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { benchId, type Hosting } from '../bench-messages.ts';
import { handlerCalls } from './handler-calls.ts';

const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

const definition = defineThing(
  {
    id: benchId,
    title: 'Bench',
    properties: { level, stored: level, told: { type: 'integer', writeOnly: true } },
    actions: { emit: { input: { type: 'integer' } }, emitLasting: { input: { type: 'integer' } } },
    events: {
      beat: { data: { type: 'integer' }, forms: [{ 'mqv:qos': '0' }] },
      lastingBeat: { data: { type: 'integer' } },
    },
  },
  (thing) => ({
    properties: {
      level: { initial: 21 },
      stored: { initial: 21 },
      told: {
        write(number) {
          handlerCalls.count++;
          thing.emit('beat', number);
        },
      },
    },
    actions: {
      emit(count) {
        for (let beat = 0; beat < count; beat++) thing.emit('beat', beat);
      },
      emitLasting(count) {
        for (let beat = 0; beat < count; beat++) thing.emit('lastingBeat', beat);
      },
    },
  }),
  { persist: ['stored'] },
);

/** A servient with the Thing `bench`. */
export async function serveBench(bindings: readonly ServerBinding[], storage?: Storage): Promise<Servient> {
  const servient = createServient({ bindings, ...(storage && { storage }) });
  await servient.expose(definition);
  return servient;
}

/** The same with a database of its own; gives the first address. */
export async function serveStored(...bindings: readonly ServerBinding[]): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(data, { recursive: true, force: true }));
  const { addresses } = await serveBench(bindings, sqliteStorage(join(data, 'bench.sqlite')));
  return String(addresses[0]);
}

/** One of many Things, with four affordances. */
const sensor = (number: number) =>
  defineThing(
    {
      title: `Sensor ${number}`,
      properties: { level: { ...level, observable: true }, limit: level },
      actions: { reset: { input: level } },
      events: { alarm: { data: level } },
    },
    (thing) => ({
      properties: { level: { initial: 21 }, limit: { initial: 90 } },
      actions: { reset: (to) => thing.set('level', to) },
    }),
  );

const warmUp = 100;
/** Things that are hosted beside the one that is written without results. */
export const besideTold = 99;

let hosted: Servient | undefined;

/** Exposes `sensor-0` and so on, and measures what that costs; `settled` resolves when they serve. */
export async function hostMany(
  servient: Servient,
  things: number,
  settled?: () => Promise<void>,
): Promise<Hosting> {
  hosted = servient;
  const removed: string[] = [];
  for (let number = 0; number < warmUp; number++) removed.push((await servient.expose(sensor(number))).name);
  for (const name of removed) await servient.unexpose(name);
  const before = memory();
  const steps: { things: number; milliseconds: number }[] = [];
  let exposed = 0;
  for (const upTo of [things * 0.1, things * 0.5, things].map(Math.ceil)) {
    const [start, from] = [performance.now(), exposed];
    for (; exposed < upTo; exposed++) await servient.expose(sensor(exposed));
    steps.push({ things: upTo, milliseconds: (performance.now() - start) / (upTo - from || 1) });
  }
  const start = performance.now();
  await settled?.();
  return { bytes: (memory() - before) / things, steps, settling: performance.now() - start };
}

/** Stops the servient of many Things; gives the milliseconds that takes. */
export async function stopHosted(): Promise<number> {
  const start = performance.now();
  await hosted?.stop();
  return performance.now() - start;
}

function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
