import { once } from 'node:events';
import { HttpServer } from '@node-wot/binding-http';
import { MqttBrokerServer } from '@node-wot/binding-mqtt';
import { Servient } from '@node-wot/core';
import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { AccessPolicy } from '../../src/contracts/access.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { collector } from '../support/collector.ts';
import { meter } from '../support/meter.ts';
import { isLoopbackOnly, skippedNote, stockCoap } from '../support/stock-coap.ts';
import { exposeLevelAndDouble } from '../support/stock-handlers.ts';

describe.skipIf(isLoopbackOnly)(`a stock node-wot Thing over CoAP${skippedNote}`, () => {
  it('is read, written and invoked by our consumer; observing is left out: it ends the stock server', async () => {
    const { produced, parseTd } = await stockCoap({
      title: 'stock',
      properties: { level: { type: 'number' } },
      actions: { double: { input: { type: 'number' }, output: { type: 'number' } } },
    });
    await exposeLevelAndDouble(produced);
    const thing = await consume(parseTd(JSON.stringify(produced.getThingDescription())), { timeout: 5000 });
    await thing.properties['level']?.write(5);
    expect(await thing.properties['level']?.read()).toBe(5);
    expect(await thing.actions['double']?.invoke(21)).toBe(42);
    await thing.stop();
  });
});

/** Our Meter on a stock server beside our own binding; `base` is where the stock server has it. */
async function onStockHttp(access?: AccessPolicy) {
  const server = new HttpServer({ port: 0 });
  const servient = createServient({
    bindings: [http({ port: 0 })],
    nodeWot: { servers: [server] },
    ...(access && { access }),
  });
  onTestFinished(() => servient.stop());
  const exposed = await servient.expose(meter());
  return { servient, server, exposed, base: `http://127.0.0.1:${server.getPort()}/meter` };
}

/** A long poll that the stock server is waiting with. */
async function polling(server: HttpServer, address: string): Promise<{ readonly answer: Promise<unknown> }> {
  const arrived = once(server.getServer(), 'request');
  const answer = fetch(address).then((response) => response.json());
  await arrived;
  await fetch(address, { method: 'HEAD' }); // by its answer the first request stands
  return { answer };
}

const json = { 'content-type': 'application/json' };

describe('our Things on the stock HTTP server', () => {
  it('are read, written and invoked through our pipeline', async () => {
    const { base, exposed } = await onStockHttp();
    const write = (value: unknown) =>
      fetch(`${base}/properties/level`, { method: 'PUT', headers: json, body: JSON.stringify(value) });
    expect((await write(30)).status).toBe(204);
    expect(exposed.handle.get('level')).toBe(30);
    expect((await write(101)).status).toBe(500);
    const add = await fetch(`${base}/actions/add?times=2`, { method: 'POST', headers: json, body: '5' });
    expect(await add.json()).toBe(40);
    expect(await (await fetch(`${base}/properties/level`)).json()).toBe(40);
  });

  it('tell events and changes by long polling', async () => {
    const { base, exposed, server } = await onStockHttp();
    const event = await polling(server, `${base}/events/told`);
    const change = await polling(server, `${base}/properties/level/observable`);
    exposed.handle.emit('told', 'hello');
    exposed.handle.set('level', 33);
    // Not 20: node-wot observes changes, and does not begin with the present value.
    expect([await event.answer, await change.answer]).toEqual(['hello', 33]);
  });

  it('have its forms in their TDs beside ours, until they are removed', async () => {
    const { servient, base, exposed } = await onStockHttp();
    const ports = exposed.td().properties?.['level']?.forms?.map(({ href }) => new URL(href).port);
    expect(new Set(ports)).toEqual(
      new Set([new URL(base).port, new URL(String(servient.addresses[0])).port]),
    );
    expect((await fetch(base)).status).toBe(200);
    await servient.unexpose('meter');
    expect((await fetch(base)).status).toBe(404);
  });

  it('include those that scripts produce', async () => {
    const { servient, base } = await onStockHttp();
    const thing = await (await servient.wot()).produce({
      title: 'Lamp',
      properties: { on: { type: 'boolean' } },
    });
    thing.setPropertyReadHandler('on', async () => true);
    await thing.expose();
    expect(await (await fetch(new URL('/lamp/properties/on', base))).json()).toBe(true);
  });

  it('keep the access policy, and the process, where the stock server forgets to catch', async () => {
    const { base, servient } = await onStockHttp({ allows: (_, right) => right === 'invoke' });
    const closing = new AbortController();
    const refused = fetch(`${base}/events/told`, { signal: closing.signal }).catch(() => 'closed');
    expect((await fetch(`${base}/properties/level`)).status).toBe(500);
    expect((await fetch(`${base}/actions/tell`, { method: 'POST', headers: json, body: '"x"' })).ok).toBe(
      true,
    );
    closing.abort();
    expect(await refused).toBe('closed');
    await servient.stop();
  });
});

describe('a stock node-wot Thing over MQTT', () => {
  it('is read, written, invoked, observed and subscribed to at the topics in its addresses', async () => {
    const broker = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
    onTestFinished(() => broker.stop());
    await broker.start();
    const stock = new Servient();
    stock.addServer(new MqttBrokerServer({ uri: String(broker.addresses[0]) }));
    onTestFinished(() => stock.shutdown());
    const produced = await (await stock.start()).produce({
      title: 'stock',
      properties: { level: { type: 'number', observable: true } },
      actions: { ring: { input: { type: 'number' } } },
      events: { rung: { data: { type: 'number' } } },
    });
    let level = 1;
    produced.setPropertyReadHandler('level', async () => level);
    produced.setPropertyWriteHandler('level', async (value) => {
      level = (await value.value()) as number;
      produced.emitPropertyChange('level');
    });
    produced.setActionHandler('ring', async (times) => {
      produced.emitEvent('rung', await times.value());
      return undefined;
    });
    await produced.expose();
    const td = JSON.parse(JSON.stringify(produced.getThingDescription())) as PartialTd;
    const thing = await consume(td, { timeout: 5000 });
    onTestFinished(() => thing.stop());
    const values = thing.properties['level']?.observe();
    const rings = thing.events['rung']?.subscribe();
    await Promise.all([values?.ready, rings?.ready]);
    // Nothing is retained there, so that a read waits for what is told next.
    const read = thing.properties['level']?.read();
    await thing.properties['level']?.write(5);
    expect(await read).toBe(5);
    expect(await values?.next()).toEqual({ done: false, value: 5 });
    expect(await thing.actions['ring']?.invoke(3)).toBeUndefined();
    expect(await rings?.next()).toEqual({ done: false, value: 3 });
  });
});

describe('our Things on the stock MQTT server', () => {
  it('act on what is published, and outlive what does not fit', async () => {
    const broker = createServient({ bindings: [mqtt({ broker: 'embedded', port: 0 })] });
    onTestFinished(() => broker.stop());
    await broker.start();
    const uri = String(broker.addresses[0]);
    const servient = createServient({ nodeWot: { servers: [new MqttBrokerServer({ uri })] } });
    onTestFinished(() => servient.stop());
    const exposed = await servient.expose(meter());
    const client = await connectAsync(uri);
    const told = collector<string>();
    client.on('message', (_, message) => told.push(message.toString()));
    await client.subscribeAsync('Meter/events/told');
    await client.publishAsync('Meter/properties/level/writeproperty', '"no integer"');
    await client.publishAsync('Meter/actions/tell', '"hello"');
    expect(await told.until(() => true)).toEqual(['"hello"']);
    expect(exposed.handle.get('level')).toBe(20);
    await client.endAsync();
  });
});
