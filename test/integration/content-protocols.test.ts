import { afterEach, describe, expect, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { camera, drawing, png } from '../support/camera.ts';
import { failureOf } from '../support/failure-of.ts';
import { formsOfScheme } from '../support/forms-of-scheme.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { needs } from '../support/system-parts.ts';

let servient: Servient;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await servient.stop();
});

async function consumed(scheme: string, bindings: readonly ServerBinding[], handlerTimeout = 5000) {
  servient = createServient({ bindings, handlerTimeout, logger: silentLogger });
  const { definition, opened, cancelled } = camera();
  const { td, handle } = await servient.expose(definition);
  const thing = await consume(formsOfScheme(td(), scheme) as unknown as ReturnType<typeof td>, {
    timeout: 5000,
  });
  ends.push(() => thing.stop());
  return { thing, handle, opened, cancelled, td: td() };
}

const bytes = (value: unknown) => Buffer.from(value as Uint8Array).toString('hex');
const pngHex = bytes(png);

/** What every protocol that carries bytes carries. */
async function carriesAll(scheme: string, bindings: readonly ServerBinding[]): Promise<void> {
  const { thing, handle } = await consumed(scheme, bindings);
  const { properties, actions } = thing;
  expect(bytes(await properties['frame']?.read())).toBe(pngHex);
  await properties['frame']?.write(png.toReversed());
  expect(bytes(handle.get('frame'))).toBe(bytes(png.toReversed()));
  expect(Buffer.from((await properties['drawing']?.read()) as Uint8Array).toString()).toBe(drawing);
  expect(String(await properties['log']?.read())).toBe('a,b');
  expect(bytes(await actions['snap']?.invoke())).toBe(pngHex);
  expect(await actions['print']?.invoke(Buffer.from('%PDF'))).toBe(1);
  expect(await properties['zoom']?.read()).toBe(1.5);
}

async function tellsChanges(scheme: string, bindings: readonly ServerBinding[]): Promise<void> {
  const { thing, handle } = await consumed(scheme, bindings);
  const frames = thing.properties['frame']?.observe();
  expect(bytes((await frames?.next())?.value)).toBe(pngHex);
  handle.set('frame', Uint8Array.of(1, 2));
  expect(bytes((await frames?.next())?.value)).toBe('0102');
  const motion = thing.events['motion']?.subscribe();
  await motion?.ready;
  handle.emit('motion', png);
  expect(bytes((await motion?.next())?.value)).toBe(pngHex);
}

const embedded = () => [mqtt({ broker: 'embedded', port: 0 })];

test('HTTP', () => carriesAll('http', [http({ port: 0 }), coap({ port: 0 })]));
test('CoAP', () => carriesAll('coap', [coap({ port: 0 })]));
test('CoAP, observed', () => tellsChanges('coap', [coap({ port: 0 })]));
test('MQTT 3.1.1', () => carriesAll('mqtt', embedded()));
test('MQTT 3.1.1, observed', () => tellsChanges('mqtt', embedded()));

const parts = needs('mosquitto');
describe.skipIf(parts.missing)(`MQTT 5${parts.note}`, () => {
  const external = async () => {
    const broker = await startMosquitto(parts.command('mosquitto'));
    ends.push(() => broker.stop());
    return [mqtt({ broker: broker.url })];
  };
  test('requests', async () => carriesAll('mqtt', await external()));
  test('observed', async () => tellsChanges('mqtt', await external()));
});

test('a stream that is too long for one payload is ended', async () => {
  const { thing, opened } = await consumed('coap', [coap({ port: 0 })]);
  const read = failureOf(() => thing.properties['video']?.read());
  await expect.poll(() => opened).toHaveLength(1);
  const [stream] = opened;
  for (let written = 0; written < 40; written++) stream?.write(Buffer.alloc(64 * 1024));
  expect(await read).toContain('too-large STREAM_TOO_LARGE');
  expect(stream?.destroyed).toBe(true);
});

test('a stream that does not end, or fails, is the fault of its handler', async () => {
  const { thing, cancelled } = await consumed('coap', [coap({ port: 0 })], 100);
  expect(await failureOf(() => thing.properties['ticker']?.read())).toContain('timeout HANDLER_TIMEOUT');
  expect(cancelled).toEqual(['ticker']);
  expect(await failureOf(() => thing.properties['torn']?.read())).toContain('internal HANDLER_FAILED');
  expect(await failureOf(() => thing.properties['early']?.read())).toContain('internal HANDLER_FAILED');
});

test('WebSocket and event streams carry text, and no bytes', async () => {
  const { thing, td } = await consumed('ws', [http({ port: 0 }), websocket(), coap({ port: 0 })]);
  expect(await thing.properties['log']?.read()).toBe('a,b');
  expect(td.properties?.['frame']?.forms?.some(({ href }) => href.startsWith('ws:'))).toBe(false);
  const log = (await consume(formsOfScheme(td, 'http') as unknown as typeof td)).properties['log']?.observe();
  ends.push(async () => log?.return());
  expect((await log?.next())?.value).toBe('a,b');
  await thing.properties['log']?.write('c');
  expect((await log?.next())?.value).toBe('c');
});

test('what is no media type, or cannot be kept or told, is refused with what to do', async () => {
  const title = 'Camera';
  const define = (forms: readonly object[], rest: object = {}) =>
    failureOf(() => defineThing({ title, properties: { p: { ...rest, forms } } } as never, {} as never));
  expect(await define([{ contentType: 'png' }])).toMatch(
    /invalid CONTENT_TYPE_INVALID: "png" is no media type.*"p"/,
  );
  expect(await define([{ contentType: 'image/*' }])).toContain('CONTENT_TYPE_INVALID');
  expect(await define('image/png' as never)).toContain('TD_INVALID');
  const action = { synchronous: false, output: {}, forms: [{ contentType: 'image/png' }] };
  const refused = await failureOf(() =>
    defineThing({ title, actions: { a: action } }, { actions: { a: () => png } }),
  );
  expect(refused).toMatch(/CONTENT_TYPE_INVALID.*asynchronous/);
  const image = { title, properties: { p: { forms: [{ contentType: 'image/png' }] } } } as const;
  const kept = await failureOf(() =>
    defineThing(image, { properties: { p: { initial: png } } }, { persist: ['p'] }),
  );
  expect(kept).toContain('PERSIST_BINARY');
  const wrong = { properties: { p: { initial: 7 as never } } };
  expect(await failureOf(() => defineThing(image, wrong))).toContain('INITIAL_MISMATCH');
});
