import { createServient, defineThing, type ServerBinding, type Servient, type Storage } from 'thingwright';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { benchId, type Hosting } from '../bench-messages.ts';

const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

const definition = defineThing(
  {
    id: benchId,
    title: 'Bench',
    properties: { level, stored: level },
    actions: { emit: { input: { type: 'integer' } } },
    events: { beat: { data: { type: 'integer' } } },
  },
  (thing) => ({
    properties: { level: { initial: 21 }, stored: { initial: 21 } },
    actions: {
      emit(count) {
        for (let beat = 0; beat < count; beat++) thing.emit('beat', beat);
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

/** Exposes `sensor-0` and so on, and measures what that costs. */
export async function hostMany(servient: Servient, things: number): Promise<Hosting> {
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
  return { bytes: (memory() - before) / things, steps };
}

function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
