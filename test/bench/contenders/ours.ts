import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coap,
  createServient,
  defineThing,
  http,
  mqtt,
  type ServerBinding,
  sqliteStorage,
} from 'thingwright';
import { runContender } from './contender.ts';

const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

const definition = defineThing(
  {
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

async function serve(binding: ServerBinding): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(data, { recursive: true, force: true }));
  const storage = sqliteStorage(join(data, 'bench.sqlite'));
  const servient = createServient({ bindings: [binding], storage });
  await servient.expose(definition);
  return String(servient.addresses[0]);
}

const properties = (base: string) => ({
  url: `${base}/things/bench/properties/level`,
  persistentUrl: `${base}/things/bench/properties/stored`,
});

await runContender({
  http: async () => properties(await serve(http({ port: 0 }))),
  coap: async () => properties(await serve(coap({ port: 0 }))),
  mqtt: async () => ({
    url: await serve(mqtt({ broker: 'embedded', port: 0 })),
    invoke: 'things/bench/actions/emit/invoke',
    event: 'things/bench/events/beat',
  }),
});
