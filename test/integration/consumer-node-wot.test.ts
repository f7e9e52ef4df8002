import { HttpServer } from '@node-wot/binding-http';
import { Servient } from '@node-wot/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing } from '../../src/consumer/consumed-thing.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { failureOf } from '../support/failure-of.ts';
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
    properties: { level: { type: 'number', observable: true }, mode: { type: 'string' } },
    actions: {
      double: { input: { type: 'number' }, output: { type: 'number' } },
      greet: { output: { type: 'string' }, uriVariables: { name: { type: 'string' } } },
      fail: {},
    },
    events: { alarm: { data: { type: 'string' } } },
  });
  produced.setPropertyReadHandler('mode', async () => 'on');
  produced.setActionHandler('greet', async (_, options) => `Hello ${JSON.stringify(options?.uriVariables)}`);
  produced.setActionHandler('fail', async () => {
    throw new Error('The device is on fire.');
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
  expect(await thing.readAll()).toEqual({ level: 5, mode: 'on' });
  expect(await thing.readMultiple(['level'])).toEqual({ level: 5 });
  // Its TD offers what its server does not have.
  expect(await failureOf(() => thing.writeMultiple({ level: 6 }))).toMatch(/^not-found /);
  expect(await thing.actions['double']?.invoke(21)).toBe(42);
  const greeting = thing.actions['greet']?.invoke(undefined, { uriVariables: { name: 'Ada & Bob' } });
  expect(await greeting).toBe('Hello {"name":"Ada & Bob"}');
});

it('tells its errors', async () => {
  expect(await failureOf(() => thing.actions['fail']?.invoke())).toMatch(
    /^internal .*500: "The device is on fire\."/,
  );
  const gone = {
    ...thing.td,
    properties: { gone: { forms: [{ href: `${thing.td.properties?.['level']?.forms?.[0]?.href}-gone` }] } },
  };
  await using other = await consume(gone as PartialTd);
  expect(await failureOf(() => other.properties['gone']?.read())).toMatch(/^not-found /);
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
