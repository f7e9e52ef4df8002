import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import runExample from '../../examples/node-wot/main.ts';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing } from '../../src/consumer/consumed-thing.ts';
import type { Problem } from '../../src/contracts/errors.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { PartialTd, ThingDescription } from '../../src/contracts/td.ts';
import { createServient, type ServientOptions } from '../../src/servient/create-servient.ts';
import { validateTd } from '../../src/td/validate.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';

const bindings = () => [http({ port: 0 }), coap({ port: 0 }), mqtt({ broker: 'embedded', port: 0 })];

describe('a stock script, unchanged', () => {
  const servient = createServient({ bindings: bindings() });
  const td = () => servient.things.get('counter')?.description().td ?? expect.fail('there is no counter');

  beforeAll(async () => {
    await servient.start();
    await runExample(servient);
    await vi.waitUntil(() => servient.things.has('counter'));
  });
  afterAll(() => servient.stop());

  it('has a valid TD with forms of all bindings', () => {
    expect(validateTd(td())).toMatchObject({ verdict: 'valid', findings: [] });
    const schemes = td().properties?.['count']?.forms?.map(({ href }) => href.split(':')[0]);
    expect(new Set(schemes)).toEqual(new Set(['http', 'coap', 'mqtt']));
  });

  describe.each(['http', 'coap', 'mqtt'])('over %s by our consumer', (scheme) => {
    let thing: ConsumedThing<PartialTd>;
    beforeAll(async () => {
      thing = await consume<PartialTd>(formsOfScheme(td(), scheme));
    });
    afterAll(() => thing.stop());

    it('is read and written', async () => {
      const label = thing.properties['label'];
      await label?.write(`by ${scheme}`);
      expect(await label?.read()).toBe(`by ${scheme}`);
      await expect(label?.write('more than twenty characters')).rejects.toMatchObject({ kind: 'invalid' });
    });

    it('is invoked: with input, with uriVariables, without either', async () => {
      await thing.actions['reset']?.invoke();
      expect(await thing.actions['add']?.invoke(5)).toBe(5);
      expect(await thing.actions['increment']?.invoke(undefined, { uriVariables: { step: 3 } })).toBe(8);
      expect(await thing.actions['increment']?.invoke()).toBe(9);
      expect(await thing.actions['decrement']?.invoke()).toBe(8);
      const step = { uriVariables: { step: 251 } };
      await expect(thing.actions['increment']?.invoke(undefined, step)).rejects.toMatchObject({
        code: 'INPUT_MISMATCH',
      });
    });

    it('is observed, and tells events, without a change lost or out of order', async () => {
      await thing.actions['reset']?.invoke();
      const count = thing.properties['count']?.observe() ?? expect.fail('not observable');
      const changes = thing.events['change']?.subscribe() ?? expect.fail('no event');
      await Promise.all([count.ready, changes.ready]);
      expect(await count.next()).toEqual({ done: false, value: 0 });
      for (let i = 0; i < 20; i++) await thing.actions['increment']?.invoke();
      for (let i = 1; i <= 20; i++) {
        expect(await changes.next()).toEqual({ done: false, value: i });
        expect(await count.next()).toEqual({ done: false, value: i });
      }
      await Promise.all([count.return(), changes.return()]);
    });

    it('answers a property without a handler with an error', async () => {
      const ignored = thing.properties['ignored'];
      await expect(ignored?.read()).rejects.toMatchObject({ code: 'HANDLER_MISSING' });
      await expect(ignored?.write('x')).rejects.toMatchObject({ code: 'HANDLER_MISSING' });
    });
  });

  it('answers plain HTTP requests', async () => {
    const base = `${servient.addresses[0]}/things/counter`;
    const increment = await fetch(`${base}/actions/increment?step=2`, { method: 'POST' });
    const count = await (await fetch(`${base}/properties/count`)).json();
    expect([increment.status, await increment.json()]).toEqual([200, count]);
    const ignored = await fetch(`${base}/properties/ignored`);
    expect([ignored.status, await ignored.json()]).toMatchObject([501, { code: 'HANDLER_MISSING' }]);
  });
});

async function scripted(options: ServientOptions = {}) {
  const servient = createServient({ bindings: [http({ port: 0 })], logger: silentLogger, ...options });
  onTestFinished(() => servient.stop());
  await servient.start();
  return { servient, WoT: await servient.wot(), base: String(servient.addresses[0]) };
}

const lamp = {
  title: 'Lamp',
  properties: { on: { type: 'boolean', observable: true } },
  actions: { fail: {} },
  events: { alarm: { data: { type: 'integer' } } },
} as const;

describe('WoT.produce', () => {
  it('numbers Things of one title, and writes the forms back', async () => {
    const { servient, WoT, base } = await scripted();
    const things = await Promise.all([1, 2, 3].map(() => WoT.produce(structuredClone(lamp) as never)));
    await Promise.all(things.map((thing) => thing.expose()));
    expect([...servient.things.keys()]).toEqual(['servient', 'lamp', 'lamp-2', 'lamp-3']);
    const served = (await (await fetch(`${base}/things/lamp-2`)).json()) as ThingDescription;
    const { id, forms, properties } = things[1]?.getThingDescription() ?? {};
    expect({ id, forms, on: properties?.['on']?.forms }).toEqual({
      id: served.id,
      forms: served.forms,
      on: served.properties?.['on']?.forms,
    });
  });

  it('takes a Thing away with destroy, and offers it again with expose', async () => {
    const { servient, WoT, base } = await scripted();
    const thing = await WoT.produce(structuredClone(lamp) as never);
    thing.setPropertyReadHandler('on', async () => true);
    await thing.expose();
    await thing.expose();
    expect([...servient.things.keys()]).toEqual(['servient', 'lamp']);
    expect(await (await fetch(`${base}/things/lamp/properties/on`)).json()).toBe(true);
    await thing.destroy();
    expect((await fetch(`${base}/things/lamp`)).status).toBe(404);
    thing.emitEvent('alarm', 1);
    await expect(thing.destroy()).resolves.toBeUndefined();
  });

  it('tells subscribe and unsubscribe handlers, and each change once after a second expose', async () => {
    const { servient, WoT, base } = await scripted();
    const thing = await WoT.produce(structuredClone(lamp) as never);
    const told: string[] = [];
    thing.setEventSubscribeHandler('alarm', async () => void told.push('subscribed'));
    thing.setEventUnsubscribeHandler('alarm', async () => void told.push('unsubscribed'));
    await thing.expose();
    await thing.expose();
    const consumed = await consume<typeof lamp>(`${base}/things/lamp`);
    const alarms = consumed.events.alarm.subscribe();
    await alarms.ready;
    for (const code of [1, 2, 3]) thing.emitEvent('alarm', code);
    for (const value of [1, 2, 3]) expect(await alarms.next()).toEqual({ done: false, value });
    await consumed.stop();
    await servient.unexpose('lamp');
    expect(told).toEqual(['subscribed', 'unsubscribed', 'subscribed', 'unsubscribed']);
  });

  it.each([
    ['NotFoundError', 404, 'NOT_FOUND', 'gone'],
    ['NotAllowedError', 405, 'NOT_ALLOWED', 'gone'],
    ['SecurityError', 403, 'FORBIDDEN', 'gone'],
    ['NotSupportedError', 501, 'NOT_IMPLEMENTED', 'gone'],
    ['TimeoutError', 504, 'TIMEOUT', 'gone'],
    ['Error', 500, 'HANDLER_FAILED', undefined],
    ['constructor', 500, 'HANDLER_FAILED', undefined],
  ])('answers a handler that throws %s with %i %s', async (name, status, code, detail) => {
    const { WoT, base } = await scripted();
    const thing = await WoT.produce(structuredClone(lamp) as never);
    thing.setActionHandler('fail', async () => {
      throw Object.assign(new Error('gone'), { name });
    });
    await thing.expose();
    const answer = await fetch(`${base}/things/lamp/actions/fail`, { method: 'POST' });
    const problem = (await answer.json()) as Problem;
    expect([answer.status, problem.code]).toEqual([status, code]);
    if (detail === undefined) expect(JSON.stringify(problem)).not.toContain('gone');
    else expect(problem.detail).toBe(detail);
  });

  it('drops and logs what does not fit the TD: neither the script nor a peer breaks', async () => {
    const error = vi.fn();
    const { WoT, base } = await scripted({ logger: { ...silentLogger, error } });
    const thing = await WoT.produce(structuredClone(lamp) as never);
    thing.setPropertyReadHandler('on', async () => 'yes');
    await thing.expose();
    const consumed = await consume<typeof lamp>(`${base}/things/lamp`);
    onTestFinished(() => consumed.stop());
    const alarms = consumed.events.alarm.subscribe();
    await alarms.ready;
    thing.emitEvent('alarm', 'no integer');
    thing.emitEvent('alarm', 7);
    expect(await alarms.next()).toEqual({ done: false, value: 7 });
    expect(error).toHaveBeenCalledWith(expect.stringContaining('emitted for "alarm"'), expect.anything());
    await expect(consumed.properties.on.read()).rejects.toMatchObject({ code: 'OUTPUT_MISMATCH' });
  });

  it.each([
    [{ ...lamp, title: '' }, 'TITLE_MISSING'],
    [{ ...lamp, properties: { $on: { type: 'boolean' } } }, 'AFFORDANCE_NAME_INVALID'],
    [
      { ...lamp, security: 'basic', securityDefinitions: { basic: { scheme: 'basic' } } },
      'SECURITY_NOT_ENFORCED',
    ],
  ])('rejects expose of what cannot be hosted: %#', async (init, code) => {
    const { servient, WoT } = await scripted();
    const thing = await WoT.produce(structuredClone(init) as never);
    await expect(thing.expose()).rejects.toMatchObject({ code });
    expect([...servient.things.keys()]).toEqual(['servient']);
  });

  it('takes the Thing back when a subscribe handler of the script throws', async () => {
    const { servient, WoT } = await scripted();
    const thing = await WoT.produce(structuredClone(lamp) as never);
    thing.setEventSubscribeHandler('alarm', () => Promise.reject(new Error('no device')));
    await expect(thing.expose()).rejects.toThrow('no device');
    expect([...servient.things.keys()]).toEqual(['servient']);
  });

  it('needs no binding', async () => {
    const { servient, WoT } = await scripted({ bindings: [] });
    const thing = await WoT.produce(structuredClone(lamp) as never);
    await thing.expose();
    thing.emitEvent('alarm', 1);
    expect(servient.things.has('lamp')).toBe(true);
  });

  it('begins anew after a stop', async () => {
    const { servient, WoT } = await scripted();
    await (await WoT.produce(structuredClone(lamp) as never)).expose();
    await servient.stop();
    await servient.start();
    const again = await (await servient.wot()).produce(structuredClone(lamp) as never);
    await again.expose();
    expect([...servient.things.keys()]).toEqual(['servient', 'lamp']);
  });
});

it('content of a declared type goes in and comes out as it is', async () => {
  const servient = createServient({ bindings: [http({ port: 0 })] });
  onTestFinished(() => servient.stop());
  await servient.start();
  const wot = await servient.wot();
  const forms = [{ href: '', contentType: 'image/svg+xml' }];
  const thing = await wot.produce({
    title: 'Plan',
    properties: {
      drawing: { type: 'string', forms },
      notes: { forms: [{ href: '', contentType: 'text/csv' }] },
    },
    actions: { render: { output: {}, forms } },
  });
  let notes = 'a,b';
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  thing.setPropertyReadHandler('drawing', async () => svg);
  thing.setPropertyReadHandler('notes', async () => notes);
  thing.setPropertyWriteHandler('notes', async (given) => {
    notes = Buffer.from(await given.arrayBuffer()).toString();
  });
  thing.setActionHandler('render', async () => svg);
  await thing.expose();
  const plan = `${servient.addresses[0]}/things/plan`;
  const got = async (path: string, method = 'GET') => {
    const response = await fetch(`${plan}/${path}`, { method });
    return [response.headers.get('content-type'), await response.text()];
  };
  expect(await got('properties/drawing')).toEqual(['image/svg+xml', svg]);
  expect(await got('actions/render', 'POST')).toEqual(['image/svg+xml', svg]);
  const headers = { 'content-type': 'text/csv' };
  expect((await fetch(`${plan}/properties/notes`, { method: 'PUT', body: 'c,d', headers })).status).toBe(204);
  expect(await got('properties/notes')).toEqual(['text/csv', 'c,d']);
});
