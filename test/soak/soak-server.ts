import { createServient, defineThing, http, websocket } from 'thingwright';
import { benchId } from '../bench/bench-messages.ts';
import { answer } from '../bench/bench-process.ts';
import { collectGarbage } from '../support/collect-garbage.ts';

/** What the server process holds, after garbage collection; bytes. */
export interface SoakState {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  /** Sockets, timers and the like that are open. */
  readonly handles: number;
}

/** Changes that fill the replay ring. */
const ring = 10_000;
const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

const definition = defineThing(
  {
    id: benchId,
    title: 'Soak',
    properties: { level: { ...level, observable: true }, limit: level },
    actions: {
      add: { input: level, output: { type: 'integer' } },
      work: { input: level, synchronous: false },
      endless: { synchronous: false },
    },
    events: { tick: { data: { type: 'integer' } } },
  },
  (thing) => {
    let ticks = 0;
    const timer = setInterval(() => thing.emit('tick', ticks++), 20);
    return {
      properties: { level: { initial: 1 }, limit: { initial: 90 } },
      actions: {
        add: (input) => thing.get('level') + input,
        work: (input) => {
          thing.set('level', input);
        },
        endless: (_, { signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
      close: () => clearInterval(timer),
    };
  },
);

const servient = createServient({ bindings: [http({ port: 0 }), websocket()] });
const { handle } = await servient.expose(definition);
for (let change = 0; change < ring; change++) handle.emit('tick', change);

answer((request: 'address' | 'state'): string | SoakState => {
  if (request === 'address') return String(servient.addresses[0]);
  collectGarbage();
  const { heapUsed: heap, external, rss } = process.memoryUsage();
  return { heap, external, rss, handles: process.getActiveResourcesInfo().length };
});
