import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coap,
  coaps,
  createServient,
  http,
  mqtt,
  type ServerBinding,
  sqliteStorage,
  websocket,
} from 'thingwright';
import { benchKey } from '../bench-messages.ts';
import { hostMany, serveBench } from './bench-things.ts';
import { runContender } from './contender.ts';

async function serve(...bindings: readonly ServerBinding[]): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'bench-'));
  process.on('exit', () => rmSync(data, { recursive: true, force: true }));
  const { addresses } = await serveBench(bindings, sqliteStorage(join(data, 'bench.sqlite')));
  return `${addresses[0]}/things/bench`;
}

const properties = (thing: string) => ({
  url: `${thing}/properties/level`,
  persistentUrl: `${thing}/properties/stored`,
  tdUrl: thing,
});

async function scale() {
  const servient = createServient({ bindings: [http({ port: 0 })] });
  await servient.start();
  const things = Number(process.argv[3]);
  const hosting = await hostMany(servient, things);
  return { url: `${servient.addresses[0]}/things/sensor-{n}/properties/level`, things, hosting };
}

await runContender({
  http: async () => properties(await serve(http({ port: 0 }))),
  async sse() {
    const thing = await serve(http({ port: 0 }));
    return { url: `${thing}/events/beat`, invoke: `${thing}/actions/emit` };
  },
  async websocket() {
    const sockets = websocket();
    const thing = await serve(http({ port: 0 }), sockets);
    return { url: String(sockets.addresses[0]), invoke: `${thing}/actions/emit` };
  },
  scale,
  coap: async () => properties(await serve(coap({ port: 0 }))),
  async 'coap-dtls'() {
    const { identity, key } = benchKey;
    return properties(await serve(coaps({ port: 0, psk: { [identity]: key } })));
  },
  async 'coap-observe'() {
    const thing = await serve(coap({ port: 0 }));
    return { url: `${thing}/events/beat`, invoke: `${thing}/actions/emit` };
  },
  async mqtt() {
    const broker = mqtt({ broker: 'embedded', port: 0 });
    await serve(broker);
    return {
      url: String(broker.addresses[0]),
      invoke: 'things/bench/actions/emit/invoke',
      event: 'things/bench/events/beat',
    };
  },
});
