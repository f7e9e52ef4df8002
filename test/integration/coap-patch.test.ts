import { afterEach, expect, test } from 'vitest';
import { encodeCbor } from '../../src/codec/cbor-encoder.ts';
import { coapThing, contentFormat, json, request } from '../support/coap-thing.ts';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

const mergePatch = contentFormat(52);
const config = 'properties/config';

async function box() {
  const turn = { device: { a: 1, b: 1 } as unknown };
  const hosted = await coapThing(
    {
      properties: {
        config: { type: 'object', properties: { unit: { type: 'string' }, low: { type: 'number' } } },
        device: { type: 'object' },
        level: { type: 'number' },
        serial: { type: 'object', readOnly: true },
      },
    },
    {
      properties: {
        config: { initial: { unit: 'C', low: 3 } },
        device: {
          read: () => turn.device,
          write: async (value) => {
            await new Promise((resolve) => setImmediate(resolve));
            turn.device = value;
          },
        },
        level: { initial: 1 },
        serial: { initial: { no: 7 } },
      },
    },
  );
  stop = hosted.stop;
  return { ...hosted, turn, peer: await hosted.peer() };
}

test.each(['PATCH', 'iPATCH'] as const)('%s merges into an object', async (method) => {
  const { peer, thing } = await box();
  const patch = { options: [mergePatch], payload: '{"low":null,"unit":"K"}' };
  expect((await peer.ask(request(method, config, patch))).code).toBe('2.04');
  expect(thing.get('config')).toEqual({ unit: 'K' });
});

test('patches at the same time all count', async () => {
  const { peer, turn } = await box();
  const patches = ['{"a":2}', '{"b":2}', '{"c":2}', '{"a":null}'];
  const answers = await Promise.all(
    patches.map((payload) =>
      peer.ask(request('PATCH', 'properties/device', { options: [mergePatch], payload })),
    ),
  );
  expect(answers.map(({ code }) => code)).toEqual(patches.map(() => '2.04'));
  expect(turn.device).toEqual({ b: 2, c: 2 });
});

test.each([
  ['a result that does not fit', '4.22', config, { format: 52, body: '{"low":"cold"}' }],
  ['a document that is no JSON', '4.00', config, { format: 52, body: '{' }],
  ['a list of operations', '4.15', config, { format: 51, body: '[]' }],
  ['a plain value', '4.15', config, { format: 50, body: '{"low":1}' }],
  ['a property that is read-only', '4.05', 'properties/serial', { format: 52, body: '{"no":8}' }],
  ['a property that is no object', '4.05', 'properties/level', { format: 52, body: '2' }],
  ['an action', '4.05', 'actions', { format: 52, body: '{}' }],
  ['properties in no object', '4.22', 'properties', { format: 50, body: '[1]' }],
  ['a property to be removed', '4.22', 'properties', { format: 52, body: '{"level":null}' }],
  ['properties that do not fit', '4.22', 'properties', { format: 60, body: encodeCbor({ level: 'high' }) }],
])('PATCH with %s is refused', async (_what, code, path, { format, body }) => {
  const { peer, thing } = await box();
  const patch = { options: [contentFormat(format)], payload: Buffer.from(body) };
  expect((await peer.ask(request('PATCH', path, patch))).code).toBe(code);
  expect([thing.get('config'), thing.get('level')]).toEqual([{ unit: 'C', low: 3 }, 1]);
});

test('PUT does not take a patch for a value', async () => {
  const { peer, thing } = await box();
  const put = { options: [mergePatch], payload: '{"low":null}' };
  expect((await peer.ask(request('PUT', config, put))).code).toBe('4.15');
  expect(thing.get('config')).toEqual({ unit: 'C', low: 3 });
});

test.each([
  ['JSON, values as they are', 50, Buffer.from('{"config":{"low":9},"level":2}'), { low: 9 }],
  ['CBOR, values as they are', 60, Buffer.from(encodeCbor({ config: { low: 9 }, level: 2 })), { low: 9 }],
  [
    'a merge patch, objects by their members',
    52,
    Buffer.from('{"config":{"low":9},"level":2}'),
    { unit: 'C', low: 9 },
  ],
])('iPATCH writes several properties: %s', async (_what, format, payload, expected) => {
  const { peer, thing } = await box();
  const patch = { options: [contentFormat(format)], payload };
  expect((await peer.ask(request('iPATCH', 'properties', patch))).code).toBe('2.04');
  expect([thing.get('config'), thing.get('level')]).toEqual([expected, 2]);
});

test('FETCH takes names in JSON and CBOR', async () => {
  const { peer } = await box();
  const ask = (format: number, payload: Uint8Array | string) =>
    peer.ask(
      request('FETCH', 'properties', { options: [contentFormat(format)], payload: Buffer.from(payload) }),
    );
  expect(json(await ask(50, '["level","serial"]'))).toEqual({ level: 1, serial: { no: 7 } });
  expect(json(await ask(60, encodeCbor(['level'])))).toEqual({ level: 1 });
  const codes: string[] = [];
  for (const [format, payload] of [
    [0, 'level'],
    [9999, 'level'],
    [50, '["level"'],
    [50, '"level"'],
    [50, '["nothing"]'],
  ] as const) {
    codes.push((await ask(format, payload)).code);
  }
  expect(codes).toEqual(['4.15', '4.15', '4.00', '4.22', '4.04']);
  expect((await peer.ask(request('FETCH', config, { payload: '["low"]' }))).code).toBe('4.05');
});
