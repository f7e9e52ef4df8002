import { HttpServer } from '@node-wot/binding-http';
import { Servient } from '@node-wot/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing } from '../../src/consumer/consumed-thing.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { exposeLevelAndDouble } from '../support/stock-handlers.ts';

const servient = new Servient();
let produced: WoT.ExposedThing;
let thing: ConsumedThing<PartialTd>;

beforeAll(async () => {
  servient.addServer(
    new HttpServer({ port: 0, address: '127.0.0.1' } as ConstructorParameters<typeof HttpServer>[0]),
  );
  const wot = await servient.start();
  produced = await wot.produce({
    title: 'stock',
    properties: { level: { type: 'number', observable: true } },
    actions: { double: { input: { type: 'number' }, output: { type: 'number' } } },
    events: { alarm: { data: { type: 'string' } } },
  });
  await exposeLevelAndDouble(produced);
  // The stock server names the machine's addresses whatever it is bound to.
  const td = JSON.stringify(produced.getThingDescription()).replaceAll(
    /http:\/\/[^/]+:/g,
    'http://127.0.0.1:',
  );
  thing = await consume(JSON.parse(td) as PartialTd, { timeout: 5000 });
});

afterAll(async () => {
  await thing.stop();
  await servient.shutdown();
});

it('reads, writes and invokes a stock node-wot Thing', async () => {
  await thing.properties['level']?.write(5);
  expect(await thing.properties['level']?.read()).toBe(5);
  expect(await thing.readAll()).toEqual({ level: 5 });
  expect(await thing.actions['double']?.invoke(21)).toBe(42);
});

it('hears its events and changes by long polling', async () => {
  const alarms = thing.events['alarm']?.subscribe();
  const levels = thing.properties['level']?.observe();
  await Promise.all([alarms?.ready, levels?.ready]);
  const [alarm, level] = [alarms?.next(), levels?.next()];
  const telling = setInterval(() => {
    produced.emitEvent('alarm', 'hot');
    void produced.emitPropertyChange('level');
  }, 20);
  expect([(await alarm)?.value, (await level)?.value]).toEqual(['hot', 5]);
  clearInterval(telling);
  await Promise.all([alarms?.return(), levels?.return()]);
});
