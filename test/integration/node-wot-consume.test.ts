import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { coapsTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import { coaps } from '../../src/bindings/coap/coaps-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import type { ScriptingApi } from '../../src/servient/node-wot.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { collector } from '../support/collector.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';
import { meter } from '../support/meter.ts';
import { key } from '../support/secure-box.ts';

const servient = createServient({
  bindings: [http({ port: 0 }), websocket(), coap({ port: 0 }), mqtt({ broker: 'embedded', port: 0 })],
});
const scripts = createServient();
let WoT: ScriptingApi;
let td: ThingDescription;

beforeAll(async () => {
  td = (await servient.expose(meter())).td();
  WoT = await scripts.wot();
});
afterAll(async () => {
  await scripts.stop();
  await servient.stop();
});

describe.each(['http', 'ws', 'coap', 'mqtt'])('WoT.consume of our TD over %s', (scheme) => {
  const consumed = () => WoT.consume(formsOfScheme(td, scheme) as never);

  it('reads and writes', async () => {
    const thing = await consumed();
    await thing.writeProperty('level', 30);
    expect(await (await thing.readProperty('level')).value()).toBe(30);
    await thing.writeMultipleProperties(new Map<string, never>([['settings', { unit: 'mL' } as never]]));
    const all = await thing.readMultipleProperties(['level', 'settings']);
    expect(await all.get('settings')?.value()).toEqual({ unit: 'mL' });
  });

  it('invokes: with and without uriVariables and output', async () => {
    const thing = await consumed();
    await thing.writeProperty('level', 10);
    expect(await (await thing.invokeAction('add', 5))?.value()).toBe(15);
    const twice = await thing.invokeAction('add', 5, { uriVariables: { times: 2 } });
    expect(await twice?.value()).toBe(25);
    await expect((await thing.invokeAction('tell', 'hello'))?.value()).resolves.toBeUndefined();
  });

  it('observes until told to stop', async () => {
    const thing = await consumed();
    await thing.writeProperty('level', 1);
    const values = collector<unknown>();
    const subscription = await thing.observeProperty('level', async (output) =>
      values.push(await output.value()),
    );
    await values.until((value) => value === 1);
    await thing.writeProperty('level', 2);
    expect(await values.until((value) => value === 2)).toEqual([1, 2]);
    await subscription.stop();
    await thing.writeProperty('level', 3);
    const again = collector<unknown>();
    await thing.observeProperty('level', async (output) => again.push(await output.value()));
    await again.until((value) => value === 3);
    expect(values.items).toEqual([1, 2]);
  });

  it('subscribes until told to stop', async () => {
    const thing = await consumed();
    const texts = collector<unknown>();
    const subscription = await thing.subscribeEvent('told', async (output) =>
      texts.push(await output.value()),
    );
    await thing.invokeAction('tell', 'one');
    expect(await texts.until((text) => text === 'one')).toEqual(['one']);
    await subscription.stop();
  });

  it('tells the error listener when the Thing is removed', async () => {
    const removed = await servient.expose(
      defineThing({ title: 'Brief', id: 'urn:brief', events: { over: {} } }, {}),
    );
    const thing = await WoT.consume(formsOfScheme(removed.td(), scheme) as never);
    const told = Promise.withResolvers<Error>();
    await thing.subscribeEvent('over', () => undefined, told.resolve);
    await servient.unexpose('brief');
    expect(await told.promise).toMatchObject({ code: 'SUBSCRIPTION_ENDED' });
  });

  it('rejects with our typed errors', async () => {
    const thing = await consumed();
    await expect(thing.writeProperty('level', 101)).rejects.toMatchObject({ code: 'INPUT_MISMATCH' });
    await expect(thing.readProperty('broken')).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SENSOR_SILENT',
    });
  });

  it('fetches the TD', async () => {
    // Over WebSocket there are no documents.
    const base = servient.addresses.find((address) => address.startsWith(scheme.replace('ws', 'http')));
    expect(await WoT.requestThingDescription(`${base}/things/meter`)).toEqual(td);
  });
});

describe('the Scripting API', () => {
  it('takes the first usable scheme of a TD with all forms', async () => {
    const thing = await WoT.consume(td as never);
    await thing.writeProperty('level', 44);
    expect(await (await thing.readProperty('level')).value()).toBe(44);
  });

  it('explores a directory as the core does', async () => {
    const things = { type: 'array', items: { type: 'object' }, readOnly: true } as const;
    const directory = defineThing({ title: 'Directory', properties: { things } }, {
      properties: { things: { read: () => [td] } },
    } as never);
    await servient.expose(directory);
    onTestFinished(() => servient.unexpose('directory'));
    const found: unknown[] = [];
    for await (const each of await WoT.exploreDirectory(`${servient.addresses[0]}/things/directory`))
      found.push(each);
    expect(found).toEqual([td]);
  });

  it('has no discover, as the core has none', async () => {
    await expect(WoT.discover()).rejects.toThrow('not implemented');
  });

  it('names forms that no client can use', async () => {
    const form = { href: 'http://127.0.0.1:9/x', op: 'subscribeevent', subprotocol: 'websub' };
    const thing = await WoT.consume({
      ...td,
      properties: {},
      actions: {},
      events: { told: { forms: [form] } },
    } as never);
    await expect(thing.subscribeEvent('told', () => {})).rejects.toMatchObject({
      code: 'NO_CLIENT_FOR_FORM',
      message: expect.stringContaining('nodeWot.clientFactories'),
    });
  });

  it.each(['coaps', 'coaps+tcp'])('proves itself over %s by the key of the options', async (scheme) => {
    const psk = { 'valve-1': key };
    const secured = createServient({ bindings: [coaps({ port: 0, psk }), coapsTcp({ port: 0, psk })] });
    onTestFinished(() => secured.stop());
    const own = (await secured.expose(meter())).td();
    const script = createServient({ nodeWot: { psk: { identity: 'valve-1', key } } });
    onTestFinished(() => script.stop());
    const thing = await (await script.wot()).consume(formsOfScheme(own, scheme) as never);
    expect(await (await thing.readProperty('level')).value()).toBe(20);
    const keyless = await WoT.consume(formsOfScheme(own, scheme) as never);
    await expect(keyless.readProperty('level')).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING' });
  });

  it('uses a client factory of the options in the place of ours', async () => {
    const client = { readResource: vi.fn().mockRejectedValue(new Error('asked')), setSecurity: () => true };
    const factory = { scheme: 'http', getClient: () => client, init: vi.fn(), destroy: vi.fn() };
    const own = createServient({ nodeWot: { clientFactories: [factory as never] } });
    const thing = await (await own.wot()).consume(formsOfScheme(td, 'http') as never);
    await expect(thing.readProperty('level')).rejects.toThrow('asked');
    await own.stop();
    expect(factory.destroy).toHaveBeenCalledOnce();
  });
});

it('a Thing that asks for a name and a password gets those of its id over MQTT', async () => {
  const connects = collector<string>();
  const broker = createServer((socket) => {
    socket.on('data', (bytes) => connects.push(bytes.toString('latin1')));
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const id = 'urn:example:guarded';
  const knowing = createServient({
    nodeWot: { credentials: { [id]: { username: 'ada', password: 'hush' } } },
  });
  onTestFinished(async () => {
    await knowing.stop();
    broker.close();
  });
  const href = `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}/guarded/level`;
  const thing = await (await knowing.wot()).consume({
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    id,
    title: 'guarded',
    securityDefinitions: { basic_sc: { scheme: 'basic' } },
    security: ['basic_sc'],
    properties: { level: { type: 'number', forms: [{ href, op: ['readproperty'] }] } },
  } as never);
  const reading = thing.readProperty('level').catch(() => {});
  expect(await connects.until(() => true)).toEqual([expect.stringContaining('\0\x03ada\0\x04hush')]);
  await knowing.stop();
  await reading;
});
