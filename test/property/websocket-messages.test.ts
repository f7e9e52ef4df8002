import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import type { RequestMessage } from '../../src/bindings/websocket/messages.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { openThingSocket, type ThingSocket } from '../support/thing-socket.ts';

let servient: Servient;
let lamp: ThingSocket;
const id = 'urn:lamp';

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0 }), websocket()] });
  await servient.expose({
    td: {
      title: 'Lamp',
      id,
      properties: { level: { type: 'integer', observable: true }, pin: { type: 'string', writeOnly: true } },
      actions: { blink: { input: { type: 'integer' } }, fade: { synchronous: false } },
      events: { tick: {} },
    },
    options: {},
    handlers: () => ({
      properties: { level: { initial: 1 }, pin: { initial: '' } },
      actions: { blink: () => undefined, fade: () => undefined },
    }),
  });
  lamp = await openThingSocket(String(servient.addresses[1]), id);
});

afterAll(() => servient.stop());

/** What is sent has one answer, never a failure of the server; and the next request is served. */
async function survives(data: string | Uint8Array): Promise<void> {
  const { messageType, error } = await lamp.send(data);
  expect(messageType).toBe('response');
  expect(error?.['status'] ?? 200).toBeLessThan(500);
  expect(await lamp.ask('readproperty', { name: 'level' })).toHaveProperty('value');
}

test('any text', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), survives), { numRuns: 200 });
});

test('any bytes', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 100 });
});

test('any JSON', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), (text) => survives(text)),
    { numRuns: 200 },
  );
});

const operations = [
  ...['readproperty', 'writeproperty', 'observeproperty', 'unobserveproperty', 'invokeaction', 'queryaction'],
  ...['cancelaction', 'subscribeevent', 'unsubscribeevent', 'readallproperties', 'writeallproperties'],
  ...['readmultipleproperties', 'writemultipleproperties', 'observeallproperties', 'unobserveallproperties'],
  ...['queryallactions', 'subscribeallevents', 'unsubscribeallevents', 'toString', '__proto__'],
];
const names = fc.constantFrom(
  'level',
  'pin',
  'blink',
  'fade',
  'tick',
  '__proto__',
  'constructor',
  '',
  'é"\n',
);
const ids = fc.constantFrom(
  randomUUID(),
  '00000000-0000-4000-8000-000000000000',
  `${'f'.repeat(8)}-ffff`,
  '',
);
const orAnything = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: fc.jsonValue() });

test('any request, right and wrong', async () => {
  const value = orAnything(fc.integer());
  const member = {
    thingID: orAnything(fc.constantFrom(id, id, id, 'urn:other')),
    messageID: orAnything(fc.constant(randomUUID())),
    messageType: orAnything(fc.constant('request')),
    operation: orAnything(fc.constantFrom(...operations)),
    correlationID: orAnything(ids),
    name: orAnything(names),
    names: orAnything(fc.array(names, { maxLength: 4 })),
    value,
    values: orAnything(fc.dictionary(names, value, { maxKeys: 3 })),
    input: value,
    actionID: orAnything(ids),
    lastNotificationID: orAnything(ids),
    uriVariables: orAnything(fc.dictionary(names, value, { maxKeys: 2 })),
  } satisfies Record<keyof RequestMessage, fc.Arbitrary<unknown>>;
  const request = fc.record(member, { requiredKeys: ['thingID', 'messageID', 'messageType', 'operation'] });
  await fc.assert(
    fc.asyncProperty(request, (message) => survives(JSON.stringify(message))),
    { numRuns: 500 },
  );
});
