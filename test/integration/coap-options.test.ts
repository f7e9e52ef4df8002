import { decode } from 'cbor2';
import { afterEach, expect, test } from 'vitest';
import { type CoapOption, emptyBytes } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionNumber,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import { errorOfAnswer } from '../../src/bindings/coap/messages/coap-problem.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { accept, block1, coapThing, contentFormat, json, request } from '../support/coap-thing.ts';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

async function box() {
  const hosted = await coapThing(
    {
      properties: {
        level: { type: 'number', observable: true },
        gone: { type: 'number' },
        busy: { type: 'number' },
        note: { type: 'string' },
      },
    },
    {
      properties: {
        level: { initial: 1 },
        gone: {
          read: () => {
            throw new WotError('unavailable', 'DEVICE_GONE', 'The device is gone.');
          },
        },
        busy: {
          read: () => {
            throw new WotError('rate-limited', 'DEVICE_BUSY', 'The device is busy; wait.', { retryAfter: 3 });
          },
        },
        note: { initial: '' },
      },
    },
  );
  stop = hosted.stop;
  return { ...hosted, peer: await hosted.peer() };
}

const level = 'properties/level';
const noResponse = (classes: number) => uintOption(optionNumber.noResponse, classes);

test.each([
  ['a success', 2, '2', 'ACK 0.00'],
  ['a success', 26, '2', 'ACK 0.00'],
  ['a success', 24, '2', 'ACK 2.04'],
  ['a success', 0, '2', 'ACK 2.04'],
  ['a fault of the peer', 8, '"x"', 'ACK 0.00'],
  ['a fault of the peer', 18, '"x"', 'ACK 4.00'],
])('%s is told where No-Response %i lets it', async (_what, classes, payload, told) => {
  const { peer, thing } = await box();
  const write = request('PUT', level, { options: [noResponse(classes)], payload });
  const id = await peer.message({ ...write, token: Buffer.from('n') });
  const answer = await peer.next((message) => message.id === id);
  expect(`${answer.type} ${answer.code}`).toBe(told);
  expect(thing.get('level')).toBe(payload === '2' ? 2 : 1);
});

test('a non-confirmable write with No-Response is carried out in silence', async () => {
  const { peer, thing } = await box();
  const write = request('PUT', level, { options: [noResponse(26)], payload: '5' });
  await peer.message({ ...write, type: 'NON', token: Buffer.from('n') });
  const read = await peer.ask(request('GET', level));
  expect([thing.get('level'), json(read), peer.received.length]).toEqual([5, 5, 1]);
});

test('No-Response of a wrong length is ignored', async () => {
  const { peer } = await box();
  const options = [{ number: optionNumber.noResponse, value: Buffer.from([0, 26]) }];
  expect((await peer.ask(request('GET', level, { options }))).code).toBe('2.05');
});

test('No-Response stops neither an upload in blocks nor an observation', async () => {
  const { peer, thing } = await box();
  const body = Buffer.from('"a text of more than one block"');
  const put = (num: number, more: boolean) =>
    request('PUT', 'properties/note', {
      options: [noResponse(26), block1(num, 16, more)],
      payload: body.subarray(num * 16, num * 16 + 16),
    });
  expect((await peer.ask(put(0, true))).code).toBe('2.31');
  expect([(await peer.ask(put(1, false))).code, thing.get('note')]).toEqual([
    '0.00',
    'a text of more than one block',
  ]);
  const observe = [noResponse(26), uintOption(optionNumber.observe, 0)];
  const token = Buffer.from('obs');
  expect((await peer.ask({ ...request('GET', level, { options: observe }), token })).code).toBe('2.05');
  thing.set('level', 2);
  expect(json(await peer.next((message) => message.token.equals(token)))).toBe(2);
});

const option = (number: number, value: Buffer | string = ''): CoapOption => ({
  number,
  value: Buffer.from(value),
});

test.each([
  ['unknown', option(2049, 'x')],
  ['If-Match that is too long', option(optionNumber.ifMatch, Buffer.alloc(9))],
  ['If-None-Match with a value', option(optionNumber.ifNoneMatch, 'x')],
  ['Accept that is too long', option(optionNumber.accept, Buffer.alloc(3))],
  ['Block2 that is too long', option(optionNumber.block2, Buffer.alloc(4))],
  ['Uri-Host that is empty', option(optionNumber.uriHost)],
  ['Uri-Port that is too long', option(optionNumber.uriPort, Buffer.alloc(3))],
])('a critical option, %s: 4.02 to a confirmable request, silence to another', async (_what, refused) => {
  const { peer, thing } = await box();
  const write = request('PUT', level, { options: [refused], payload: '9' });
  const answer = await peer.ask(write);
  expect([answer.code, json(answer)]).toEqual([
    '4.02',
    expect.objectContaining({ code: 'OPTION_NOT_UNDERSTOOD' }),
  ]);
  await peer.message({ ...write, type: 'NON', token: Buffer.from('non') });
  expect((await peer.ask(request('GET', level))).payload.toString()).toBe('1');
  expect([peer.received.length, thing.get('level')]).toEqual([2, 1]);
});

test.each([
  ['unknown', option(65000, 'x')],
  ['Hop-Limit (RFC 8768)', uintOption(16, 3)],
  ['ETag that is too long', option(optionNumber.etag, Buffer.alloc(9))],
  ['ETag that is empty', option(optionNumber.etag)],
  ['Size1', uintOption(optionNumber.size1, 0xffffffff)],
  ['Echo', option(optionNumber.echo, 'fresh')],
  ['Uri-Host', textOption(optionNumber.uriHost, 'box.example')],
  ['Uri-Port', uintOption(optionNumber.uriPort, 5683)],
])('an option that changes nothing here, %s, is no reason to refuse', async (_what, harmless) => {
  const { peer } = await box();
  expect((await peer.ask(request('GET', level, { options: [harmless] }))).code).toBe('2.05');
});

test.each([
  ['an Accept that no format has', [accept(65000)], '4.06'],
  ['an Accept that is not offered', [accept(42)], '4.06'],
  ['a Content-Format that no format has', [contentFormat(65000)], '4.15'],
  ['a Content-Format that is not taken', [contentFormat(42)], '4.15'],
])('%s is refused before anything is written', async (_what, options, code) => {
  const { peer, thing } = await box();
  expect((await peer.ask(request('PUT', level, { options, payload: '2' }))).code).toBe(code);
  expect(thing.get('level')).toBe(1);
});

test('whoever takes us for a proxy is told so, unconfirmably too', async () => {
  const { peer } = await box();
  const proxied = request('GET', level, { options: [textOption(optionNumber.proxyScheme, 'coap')] });
  const answer = await peer.ask({ ...proxied, type: 'NON' });
  expect([answer.type, answer.code]).toEqual(['NON', '5.05']);
});

test('problem details have the standard keys, the stable code and a pointer per fault', async () => {
  const { peer } = await box();
  const answer = await peer.ask(
    request('PUT', 'properties', { options: [accept(60)], payload: '{"level":"x"}' }),
  );
  expect([answer.code, optionUint(answer.options, optionNumber.contentFormat)]).toEqual(['4.00', 257]);
  expect(decode<Map<unknown, unknown>>(answer.payload)).toEqual(
    new Map<unknown, unknown>([
      [-1, 'The input is not valid'],
      [-2, expect.stringContaining('does not fit')],
      [-4, 0x80],
      [
        'urn:thingwright:problem',
        {
          code: 'INPUT_MISMATCH',
          kind: 'invalid',
          errors: [{ pointer: '/level', detail: 'must be number' }],
        },
      ],
    ]),
  );
});

test.each([
  ['wait is told how long', 'busy', '4.29', 3],
  ['do without is not told to wait', 'gone', '5.03', 0],
])('who has to %s', async (_what, name, code, maxAge) => {
  const { peer } = await box();
  const answer = await peer.ask(request('GET', `properties/${name}`));
  expect([answer.code, optionUint(answer.options, optionNumber.maxAge)]).toEqual([code, maxAge]);
  const problem = json(answer);
  expect(problem).toMatchObject({ code: `DEVICE_${name.toUpperCase()}` });
  const { kind } = problem as { readonly kind: string };
  const { details } = errorOfAnswer(answer, 'coap://box/');
  expect(errorOfAnswer({ ...answer, payload: emptyBytes }, 'coap://box/').kind).toBe(kind);
  expect(details.retryAfter).toBe(maxAge || undefined);
});
