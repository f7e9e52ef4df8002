import { describe } from 'vitest';
import { mqttClient } from '../../src/bindings/mqtt/mqtt-client.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { needs } from '../support/system-parts.ts';
import { bindingSuite, type Harness, type Missing } from './binding-suite.ts';

type BrokerOfRun = { readonly broker: string; readonly port?: number; readonly stop?: () => Promise<void> };

function harness(contentTypes: readonly string[], startBroker: () => Promise<BrokerOfRun>): Harness {
  return {
    contentTypes,
    async start(things, { clock, contentType, handlerTimeout }) {
      const { stop: stopBroker, ...options } = await startBroker();
      const servient = createServient({
        logger: silentLogger,
        bindings: [mqtt({ ...options, contentType })],
        ...(clock && { clock }),
        ...(handlerTimeout !== undefined && { handlerTimeout }),
      });
      await servient.start();
      for (const thing of things) await servient.expose(thing);
      const client = mqttClient();
      return {
        client,
        td: (name) => fetchTd(client, `${servient.addresses[0]}/things/${encodeURIComponent(name)}`),
        unexpose: (name) => servient.unexpose(name),
        resume: ({ target = { thing: '' }, ...request }, after, listener) =>
          client.subscribe({ ...request, target: { ...target, after } }, listener),
        async stop() {
          await servient.stop();
          await stopBroker?.();
        },
      };
    },
  };
}

const missing: Missing = {
  'unknown property (observe)': 'a broker grants any filter, whether anybody ever publishes there or not',
  'unknown event': 'a broker grants any filter, whether anybody ever publishes there or not',
};
const noIds = 'ids are MQTT 5 user properties, and the embedded broker speaks 3.1.1';

bindingSuite(
  'mqtt (embedded broker)',
  harness(['application/json', 'application/cbor'], async () => ({ broker: 'embedded', port: 0 })),
  {
    ...missing,
    'ids rise strictly': noIds,
    'resume (event)': noIds,
    'resume (property)': noIds,
    'gap after a restart': noIds,
  },
);

const parts = needs('mosquitto');

describe.skipIf(parts.missing)(`external broker, MQTT 5${parts.note}`, () => {
  const start = async (): Promise<BrokerOfRun> => {
    const { url, stop } = await startMosquitto(parts.command('mosquitto'));
    return { broker: url, stop };
  };
  bindingSuite('mqtt (mosquitto)', harness(['application/json', 'application/cbor'], start), missing);
});
