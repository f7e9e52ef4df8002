import coapBinding from '@node-wot/binding-coap';
import httpBinding from '@node-wot/binding-http';
import mqttBinding from '@node-wot/binding-mqtt';
import core from '@node-wot/core';
import { freePort } from '../../support/free-port.ts';
import { runContender } from './contender.ts';

type Server = Parameters<InstanceType<typeof core.Servient>['addServer']>[0];

const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

/** The same Thing, by node-wot alone. */
async function expose(server: Server) {
  const servient = new core.Servient();
  servient.addServer(server);
  const wot = await servient.start();
  const thing = await wot.produce({
    title: 'bench',
    properties: { level },
    actions: { emit: { input: { type: 'integer' } } },
    events: { beat: { data: { type: 'integer' } } },
  });
  let value: unknown = 21;
  thing.setPropertyReadHandler('level', async () => value as number);
  thing.setPropertyWriteHandler('level', async (input) => {
    value = await input.value();
  });
  thing.setActionHandler('emit', async (input) => {
    const count = Number(await input.value());
    for (let beat = 0; beat < count; beat++) thing.emitEvent('beat', beat);
    return undefined;
  });
  await thing.expose();
  return thing.getThingDescription();
}

async function propertyOf(server: Server) {
  const { properties } = await expose(server);
  const href = properties?.['level']?.forms?.find(({ op }) => op?.includes('readproperty'))?.href;
  // node-wot names every address of the machine, also those that it was told not to bind.
  const url = String(href).replace(/\/\/[^/]+:/, '//127.0.0.1:');
  return { url, tdUrl: new URL('/bench', url).href };
}

await runContender({
  http: () => propertyOf(new httpBinding.HttpServer({ port: 0, address: '127.0.0.1' })),
  coap: () => propertyOf(new coapBinding.CoapServer({ port: 0, address: '127.0.0.1' })),
  mqtt: async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    await expose(new mqttBinding.MqttBrokerServer({ uri: url, selfHost: true }));
    return { url, invoke: 'bench/actions/emit', event: 'bench/events/beat' };
  },
});
