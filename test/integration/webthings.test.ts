import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import webthing from 'webthing';
import { consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing } from '../../src/consumer/consumed-thing.ts';
import type { Invocation } from '../../src/consumer/invocation.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { failureOf } from '../support/failure-of.ts';

const { Action, Property, SingleThing, Thing, Value, WebThingServer } = webthing;

/** Fades to its input and ends when the test says so. */
class Fade extends Action {
  static running: { finish(): void } | undefined;

  constructor(thing: InstanceType<typeof Thing>, input: number) {
    super(crypto.randomUUID(), thing, 'fade', input);
  }

  override performAction(): Promise<void> {
    this.getThing().setProperty('level', this.getInput());
    const { promise, resolve } = Promise.withResolvers<void>();
    Fade.running = { finish: resolve };
    return promise;
  }
}

function lamp() {
  const made = new Thing('urn:dev:lamp', 'Lamp', ['Light'], 'A lamp');
  const level = { type: 'integer', minimum: 0, maximum: 100, '@type': 'BrightnessProperty' } as const;
  made.addProperty(new Property(made, 'level', new Value(50, () => {}), level));
  made.addProperty(new Property(made, 'power', new Value(7), { type: 'number', readOnly: true }));
  made.addAvailableAction('fade', { input: { type: 'integer' } }, Fade as never);
  made.addAvailableEvent('overheated', { type: 'number' });
  return made;
}

let server: Server;
let thing: ConsumedThing<PartialTd>;

beforeAll(async () => {
  // npm gives express-ws our express 5 to patch and webthing its own express 4, whose routers so lack what it calls.
  const express = createRequire(createRequire(import.meta.url).resolve('webthing'))('express');
  express.Router.ws = () => {};
  // Not by its `start`, which announces the Thing by mDNS.
  const stock = new WebThingServer(new SingleThing(lamp()), null, null, null, null, '/lamp', true);
  server = (stock as unknown as { server: Server }).server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  thing = await consume(`http://127.0.0.1:${(server.address() as AddressInfo).port}/lamp`, { timeout: 5000 });
});

afterAll(async () => {
  await thing.stop();
  server.close();
});

it('reads and writes the properties of a stock WebThings Thing', async () => {
  expect(thing.td).toMatchObject({ title: 'Lamp', id: 'urn:dev:lamp' });
  expect(await thing.properties['level']?.read()).toBe(50);
  await thing.properties['level']?.write(60);
  expect(await thing.readAll()).toEqual({ level: 60, power: 7 });
  expect(await failureOf(() => thing.properties['level']?.write(101))).toContain('INPUT_MISMATCH');
  expect(await failureOf(() => thing.properties['power']?.write(1))).toContain('OP_NOT_OFFERED');
});

it('invokes its actions, follows and cancels them', async () => {
  const fade = (await thing.actions['fade']?.invoke(30)) as Invocation<unknown>;
  expect(await fade.status()).toMatchObject({ status: 'running' });
  expect(await thing.queryAllActions()).toMatchObject({ fade: [{ status: 'running' }] });
  Fade.running?.finish();
  expect(await fade.result).toBeUndefined();
  expect(await fade.status()).toMatchObject({ status: 'completed', timeEnded: expect.any(String) });
  expect(await thing.properties['level']?.read()).toBe(30);
  await fade.cancel();
  expect(await failureOf(() => fade.status())).toContain('not-found');
  expect(await thing.queryAllActions()).toEqual({});
});

it('says that its events have no form', async () => {
  expect(await failureOf(() => thing.events['overheated']?.subscribe().ready)).toContain('OP_NOT_OFFERED');
});
