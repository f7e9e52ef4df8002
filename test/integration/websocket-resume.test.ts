import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { websocketClient } from '../../src/bindings/websocket/websocket-client.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { type ConsumeOptions, consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing } from '../../src/consumer/consumed-thing.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';

const td = {
  id: 'urn:example:gauge',
  title: 'Gauge',
  properties: { level: { type: 'integer', observable: true }, unit: { type: 'string', observable: true } },
  events: { passed: { data: { type: 'integer' } } },
} as const;

const gauge = defineThing(td, () => ({ properties: { level: { initial: 0 }, unit: { initial: 'm' } } }));

let servient: Servient;
let exposed: ExposedThing;

beforeEach(async () => {
  servient = createServient({ bindings: [http({ port: 0 }), websocket()] });
  exposed = await servient.expose(gauge);
});

afterEach(() => servient.stop());

/** The Thing over WebSocket alone, at the address of the servient or of what stands before it. */
function consumed(base = '', options: ConsumeOptions = {}): Promise<ConsumedThing<typeof td>> {
  const through = formsOfScheme(exposed.td(), 'ws', (form) => ({
    ...form,
    href: base === '' ? form.href : form.href.replace(/^ws:\/\/[^/]+/, base.replace('http', 'ws')),
  }));
  return consume<typeof td>(through as unknown as typeof td, options);
}

/** A client whose time runs a hundred times as fast. */
function hastyClient() {
  const clock = fakeClock();
  const ticking = setInterval(() => clock.advance(100), 1);
  const client = websocketClient({ clock, random: () => 0 });
  onTestFinished(async () => {
    clearInterval(ticking);
    await client.stop();
  });
  return { clients: [client], clock };
}

describe('a subscription over WebSocket', () => {
  it('that is cut again and again gets every change once, in order', async () => {
    let lifetime = 1500;
    const proxy = await cuttingProxy(servient.addresses[0] ?? '', () => {
      lifetime += 137;
      return lifetime;
    });
    onTestFinished(() => proxy.stop());
    await using thing = await consumed(proxy.base, hastyClient());
    const [passed, all, level] = [
      thing.events.passed.subscribe().changes(),
      thing.subscribeAll(),
      thing.properties.level.observe().changes(),
    ];
    await level.next();
    await all.ready;
    const values = Array.from({ length: 150 }, (_, index) => index + 1);
    for (const value of values) {
      exposed.handle.emit('passed', value);
      exposed.handle.set('level', value);
      await new Promise((turn) => setImmediate(turn));
    }
    const taken = { passed: [] as unknown[], all: [] as unknown[], level: [] as unknown[] };
    for (const _ of values) {
      taken.passed.push((await passed.next()).value);
      taken.all.push((await all.next()).value?.value);
      taken.level.push((await level.next()).value);
    }
    const plain = values.map((value) => ({ value, id: expect.any(String), timestamp: expect.any(String) }));
    expect(taken).toEqual({ passed: plain, all: values, level: plain });
    expect(proxy.cuts).toBeGreaterThan(10);
  });

  it('tells the gap that a restart of the servient made', async () => {
    const port = Number(new URL(servient.addresses[0] ?? '').port);
    await using thing = await consumed('', hastyClient());
    const changes = thing.events.passed.subscribe().changes();
    const first = changes.next();
    const emitting = setInterval(() => exposed.handle.emit('passed', 1), 5);
    onTestFinished(() => clearInterval(emitting));
    expect((await first).value).not.toHaveProperty('gap');
    await servient.stop();
    servient = createServient({ bindings: [http({ port }), websocket()] });
    exposed = await servient.expose(gauge);
    let change = await changes.next();
    while (change.value?.gap === undefined) change = await changes.next();
    expect(change.value.gap).toEqual({ after: expect.any(String), resumesAt: expect.any(String) });
  });

  it('is one of several to the same property, each with the present value and every change', async () => {
    await using thing = await consumed();
    const { level } = thing.properties;
    const [first, all] = [level.observe(), thing.observeAll()];
    await first.next();
    await all.ready;
    exposed.handle.set('level', 1);
    await first.next();
    const late = level.observe();
    expect((await late.next()).value).toBe(1);
    exposed.handle.set('level', 2);
    expect([(await first.next()).value, (await late.next()).value]).toEqual([2, 2]);
    await late.return();
    exposed.handle.set('level', 3);
    expect((await first.next()).value).toBe(3);
    const levels: unknown[] = [];
    for await (const { name, value } of all) {
      if (name === 'level') levels.push(value);
      if (value === 3) break;
    }
    expect(levels).toEqual([0, 1, 2, 3]);
  });
});
