import coapBinding from '@node-wot/binding-coap';
import httpBinding from '@node-wot/binding-http';
import mqttBinding from '@node-wot/binding-mqtt';
import core from '@node-wot/core';
import { freePort } from '../../support/free-port.ts';
import type { Target } from '../bench-messages.ts';
import { besideTold } from './bench-things.ts';
import { runContender } from './contender.ts';
import { handlerCalls } from './handler-calls.ts';

type Server = Parameters<InstanceType<typeof core.Servient>['addServer']>[0];

const level = { type: 'integer', minimum: 0, maximum: 100 } as const;

/** The same Thing, by node-wot alone, and others beside it. */
async function expose(server: Server, others = 0) {
  const servient = new core.Servient();
  servient.addServer(server);
  const wot = await servient.start();
  const thing = await wot.produce({
    title: 'bench',
    properties: { level, told: { type: 'integer', writeOnly: true } },
    actions: { emit: { input: { type: 'integer' } } },
    events: { beat: { data: { type: 'integer' } } },
  });
  let value: unknown = 21;
  thing.setPropertyReadHandler('level', async () => value as number);
  thing.setPropertyWriteHandler('level', async (input) => {
    value = await input.value();
  });
  thing.setPropertyWriteHandler('told', async (input) => {
    handlerCalls.count++;
    thing.emitEvent('beat', await input.value());
  });
  thing.setActionHandler('emit', async (input) => {
    const count = Number(await input.value());
    for (let beat = 0; beat < count; beat++) thing.emitEvent('beat', beat);
    return undefined;
  });
  await thing.expose();
  for (let other = 0; other < others; other++) {
    await (await wot.produce({ title: `sensor-${other}`, properties: { level } })).expose();
  }
  return thing.getThingDescription();
}

async function propertyOf(server: Server) {
  const { properties } = await expose(server);
  const href = properties?.['level']?.forms?.find(({ op }) => op?.includes('readproperty'))?.href;
  // node-wot names every address of the machine, also those that it was told not to bind.
  const url = String(href).replace(/\/\/[^/]+:/, '//127.0.0.1:');
  return { url, tdUrl: new URL('/bench', url).href };
}

async function brokerWith(others: number): Promise<Target> {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  await expose(new mqttBinding.MqttBrokerServer({ uri: url, selfHost: true }), others);
  const tell = 'bench/properties/told/writeproperty';
  return { url, invoke: 'bench/actions/emit', event: 'bench/events/beat', tell };
}

await runContender({
  http: () => propertyOf(new httpBinding.HttpServer({ port: 0, address: '127.0.0.1' })),
  coap: () => propertyOf(new coapBinding.CoapServer({ port: 0, address: '127.0.0.1' })),
  mqtt: () => brokerWith(0),
  'mqtt-told': () => brokerWith(besideTold),
});
