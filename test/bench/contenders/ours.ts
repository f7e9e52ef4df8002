import { coap, coaps, createServient, http, mqtt, type ServerBinding, websocket } from 'thingwright';
import { benchKey, type Target } from '../bench-messages.ts';
import { besideTold, hostMany, serveBench, serveStored, stopHosted } from './bench-things.ts';
import { runContender } from './contender.ts';
import { manyAtMosquitto, manyEmbedded } from './many-over-mqtt.ts';

const serve = async (...bindings: readonly ServerBinding[]) =>
  `${await serveStored(...bindings)}/things/bench`;

const properties = (thing: string) => ({
  url: `${thing}/properties/level`,
  persistentUrl: `${thing}/properties/stored`,
  tdUrl: thing,
});

async function scale(things: number): Promise<Target> {
  const servient = createServient({ bindings: [http({ port: 0 })] });
  await servient.start();
  const hosting = await hostMany(servient, things);
  return { url: `${servient.addresses[0]}/things/sensor-{n}/properties/level`, things, hosting };
}

/** The Thing at our own broker, whose sessions and retained messages are kept. */
async function embedded(): Promise<Target> {
  return embeddedTarget(await serveStored(mqtt({ broker: 'embedded', port: 0 })));
}

function embeddedTarget(url: string): Target {
  return {
    url,
    ...{ invoke: 'things/bench/actions/emit/invoke', event: 'things/bench/events/beat' },
    ...{
      invokeLasting: 'things/bench/actions/emitLasting/invoke',
      lastingEvent: 'things/bench/events/lastingBeat',
    },
    ...{ write: 'things/bench/properties/level/set', tell: 'things/bench/properties/told/set' },
  };
}

const servers: Parameters<typeof runContender>[0] = {
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
  mqtt: embedded,
  'mqtt-write': embedded,
  async 'mqtt-told'() {
    const broker = mqtt({ broker: 'embedded', port: 0 });
    const servient = await serveBench([broker]);
    await hostMany(servient, besideTold);
    return embeddedTarget(String(broker.addresses[0]));
  },
  'mqtt-scale': manyEmbedded,
  'mqtt-scale-mosquitto': manyAtMosquitto,
};
await runContender(servers, { stop: stopHosted });
