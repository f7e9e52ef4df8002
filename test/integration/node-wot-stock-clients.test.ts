import { CoapClientFactory } from '@node-wot/binding-coap';
import { HttpClientFactory } from '@node-wot/binding-http';
import { MqttClientFactory } from '@node-wot/binding-mqtt';
import { type ProtocolClientFactory, Servient } from '@node-wot/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { Form, PartialTd, ThingDescription } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import type { ScriptingApi } from '../../src/servient/node-wot.ts';
import { collector } from '../support/collector.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';
import { meter } from '../support/meter.ts';

const servient = createServient({
  bindings: [http({ port: 0 }), coap({ port: 0 }), mqtt({ broker: 'embedded', port: 0 })],
});
let td: ThingDescription;

beforeAll(async () => {
  td = (await servient.expose(meter())).td();
});
afterAll(() => servient.stop());

/** A plain node-wot servient with one stock client, and the Thing as it consumes it. */
function stock(factory: () => ProtocolClientFactory, own: () => ThingDescription) {
  const foreign = new Servient();
  const parts = {} as { WoT: ScriptingApi; thing: WoT.ConsumedThing };
  beforeAll(async () => {
    foreign.addClientFactory(factory());
    parts.WoT = await foreign.start();
    parts.thing = await parts.WoT.consume(own() as never);
  });
  afterAll(() => foreign.shutdown());
  return parts;
}

/** The level as our own client reads it. */
async function level(): Promise<unknown> {
  const thing = await consume<PartialTd>(formsOfScheme(td, 'http'));
  const value = await thing.properties['level']?.read();
  await thing.stop();
  return value;
}

/** What a subscription of ours hears: whoever else was told of it before has had the time. */
async function heard(name: 'told', text: string, act: () => Promise<unknown>): Promise<void> {
  const thing = await consume<PartialTd>(formsOfScheme(td, 'http'));
  const texts = thing.events[name]?.subscribe() ?? expect.fail('no event');
  await texts.ready;
  await act();
  expect(await texts.next()).toEqual({ done: false, value: text });
  await thing.stop();
}

/** What every stock client that works does alike. */
async function expectReadsWritesAndInvokes(thing: WoT.ConsumedThing): Promise<void> {
  await thing.writeProperty('level', 12);
  expect(await (await thing.readProperty('level')).value()).toBe(12);
  expect(await (await thing.invokeAction('add', 5))?.value()).toBe(17);
  const twice = await thing.invokeAction('add', 5, { uriVariables: { times: 2 } });
  expect(await twice?.value()).toBe(27);
}

describe('the stock HTTP client', () => {
  const parts = stock(
    () => new HttpClientFactory(),
    () => formsOfScheme(td, 'http'),
  );

  it('reads, writes, invokes, and fetches the TD', async () => {
    const { thing, WoT } = parts;
    await expectReadsWritesAndInvokes(thing);
    await thing.invokeAction('tell', 'hello');
    expect(await WoT.requestThingDescription(`${servient.addresses[0]}/things/meter`)).toEqual(td);
  });

  it('rejects where the Thing refuses', async () => {
    await expect(parts.thing.writeProperty('level', 101)).rejects.toThrow('Client error: Bad Request');
    await expect(parts.thing.readProperty('broken')).rejects.toThrow('Server error: Service Unavailable');
  });

  it('subscribes, but hears nothing: it listens to unnamed SSE messages alone, and the Profile names them', async () => {
    const texts = collector<unknown>();
    const subscription = await parts.thing.subscribeEvent('told', async (output) =>
      texts.push(await output.value()),
    );
    await heard('told', 'one', () => parts.thing.invokeAction('tell', 'one'));
    expect(texts.items).toEqual([]);
    await subscription.stop();
  });

  it('observes, but hears nothing, for the same reason', async () => {
    const values = collector<unknown>();
    const subscription = await parts.thing.observeProperty('level', async (output) =>
      values.push(await output.value()),
    );
    await heard('told', 'two', async () => {
      await parts.thing.writeProperty('level', 3);
      await parts.thing.invokeAction('tell', 'two');
    });
    expect(values.items).toEqual([]);
    await subscription.stop();
  });
});

describe('the stock CoAP client', () => {
  const parts = stock(
    () => new CoapClientFactory(),
    () => formsOfScheme(td, 'coap'),
  );

  it('reads, writes, invokes, and fetches the TD', async () => {
    const { thing, WoT } = parts;
    await expectReadsWritesAndInvokes(thing);
    expect(await WoT.requestThingDescription(`${servient.addresses[1]}/things/meter`)).toEqual(td);
  });

  it('does not tell that a write was refused: it ignores response codes', async () => {
    await parts.thing.writeProperty('level', 13);
    await expect(parts.thing.writeProperty('level', 101)).resolves.toBeUndefined();
    expect(await level()).toBe(13);
  });

  it('observes', async () => {
    const thing = await parts.WoT.consume(formsOfScheme(td, 'coap') as never);
    const values = collector<unknown>();
    // It cannot end an observation, and takes the error that our server ends it with for a value.
    await thing.observeProperty('level', (output) => output.value().then(values.push, () => undefined));
    await thing.writeProperty('level', 21);
    await values.until((value) => value === 21);
  });

  it('subscribes; it takes the empty answer to its registration for an event', async () => {
    const texts = collector<string>();
    await parts.thing.subscribeEvent('told', async (output) =>
      texts.push(Buffer.from(await output.arrayBuffer()).toString()),
    );
    await parts.thing.invokeAction('tell', 'one');
    await texts.until((text) => text === '"one"');
  });
});

/** The stock MQTT client knows topics in the path of the address alone. */
function topicInPath(form: Form): Form {
  const topic = form['mqv:controlPacket'] === 'subscribe' ? form['mqv:filter'] : form['mqv:topic'];
  return { ...form, href: `${form.href.replace(/\/\{.*$/, '')}/${topic}` };
}

describe('the stock MQTT client, with topics in the addresses', () => {
  const parts = stock(
    () => new MqttClientFactory(),
    () => formsOfScheme(td, 'mqtt', topicInPath),
  );

  it('writes, observes, reads what is retained, invokes and hears events', async () => {
    const { thing } = parts;
    const values = collector<unknown>();
    const levels = await thing.observeProperty('level', async (output) => values.push(await output.value()));
    await thing.writeProperty('level', 31);
    await values.until((value) => value === 31);
    const texts = collector<unknown>();
    const events = await thing.subscribeEvent('told', async (output) => texts.push(await output.value()));
    await thing.invokeAction('tell', 'over MQTT');
    await texts.until((text) => text === 'over MQTT');
    // Its shutdown lets running unsubscriptions fail unhandled: first the one that it does not wait for.
    await events.stop();
    await levels.stop();
    expect(await (await thing.readProperty('level')).value()).toBe(31);
  });

  it('has no results and no errors: it does not ask for answers', async () => {
    const output = await parts.thing.invokeAction('add', 1);
    expect((await output?.arrayBuffer())?.byteLength).toBe(0);
    await expect(parts.thing.writeProperty('level', 101)).resolves.toBeUndefined();
  });

  it('cannot fetch a TD: it has no method for it', async () => {
    const address = `${servient.addresses[2]}/things/meter`;
    await expect(parts.WoT.requestThingDescription(address)).rejects.toThrow('Method not implemented');
  });
});
