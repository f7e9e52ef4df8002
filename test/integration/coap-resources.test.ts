import { afterEach, expect, test } from 'vitest';
import type { Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionNumber,
  optionTexts,
  optionUint,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { coapThing, json, request } from '../support/coap-thing.ts';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

async function box() {
  const brewed = Promise.withResolvers<string>();
  const hosted = await coapThing(
    {
      properties: { level: { type: 'number', observable: true }, 'a/b ü': { type: 'integer' } },
      actions: {
        add: { input: { type: 'integer' }, output: { type: 'integer' } },
        brew: { synchronous: false, output: { type: 'string' } },
      },
      events: { hot: { data: { type: 'number' } } },
    },
    {
      properties: { level: { initial: 1 }, 'a/b ü': { initial: 7 } },
      actions: { add: (input) => Number(input) + 1, brew: () => brewed.promise },
    },
  );
  stop = hosted.stop;
  return { ...hosted, brewed, peer: await hosted.peer() };
}

interface Exchange {
  readonly payload?: string;
  readonly code: string;
  readonly body?: string;
}

const location = ({ options }: Message): string =>
  `/${optionTexts(options, optionNumber.locationPath).join('/')}`;

test.each([
  ['readproperty', 'GET', 'properties/level', { code: '2.05', body: '1' }],
  ['writeproperty', 'PUT', 'properties/level', { payload: '2', code: '2.04', body: '' }],
  ['readallproperties', 'GET', 'properties', { code: '2.05', body: '{"level":1,"a/b ü":7}' }],
  ['readmultipleproperties', 'GET', 'properties?names=level', { code: '2.05', body: '{"level":1}' }],
  [
    'readmultipleproperties by FETCH',
    'FETCH',
    'properties',
    { payload: '["level"]', code: '2.05', body: '{"level":1}' },
  ],
  ['writemultipleproperties', 'PUT', 'properties', { payload: '{"level":2}', code: '2.04', body: '' }],
  [
    'writemultipleproperties by iPATCH',
    'iPATCH',
    'properties',
    { payload: '{"level":2}', code: '2.04', body: '' },
  ],
  ['invokeaction', 'POST', 'actions/add', { payload: '2', code: '2.04', body: '3' }],
  ['queryallactions', 'GET', 'actions', { code: '2.05', body: '{"brew":[]}' }],
  ['the last event, of none', 'GET', 'events/hot', { code: '2.05', body: '' }],
  ['a slash at the end', 'GET', 'properties/level/', { code: '2.05', body: '1' }],
  ['a name that was percent-encoded', 'GET', 'properties/a%2Fb%20%C3%BC', { code: '2.05', body: '7' }],
  ['a path that is not there', 'GET', 'properties/level/more', { code: '4.04' }],
  ['the root', 'GET', '/', { code: '4.04' }],
  ['POST on a property', 'POST', 'properties/level', { payload: '2', code: '4.05' }],
  ['DELETE of a property', 'DELETE', 'properties/level', { code: '4.05' }],
  ['GET of an action', 'GET', 'actions/add', { code: '4.05' }],
  ['PUT on the TD', 'PUT', '/things/box', { payload: '{}', code: '4.05' }],
] as const)('%s', async (_what, method, path, exchange: Exchange) => {
  const { peer } = await box();
  const { payload = '', code, body } = exchange;
  const answer = await peer.ask(request(method, path, { payload }));
  expect(answer.code).toBe(code);
  if (body !== undefined) expect(answer.payload.toString()).toBe(body);
});

test.each([
  ['observeproperty', 'properties/level'],
  ['observeallproperties', 'properties'],
  ['subscribeevent', 'events/hot'],
  ['subscribeallevents', 'events'],
])('%s', async (_op, path) => {
  const { peer, thing } = await box();
  const token = Buffer.from('o');
  const first = await peer.ask({
    ...request('GET', path, { options: [uintOption(optionNumber.observe, 0)] }),
    token,
  });
  expect(optionUint(first.options, optionNumber.observe)).toBeDefined();
  thing.set('level', 5);
  thing.emit('hot', 5);
  const told = await peer.next(({ type, payload }) => type === 'CON' && payload.includes('5'));
  const record = { id: expect.any(Number), timestamp: expect.any(String), name: expect.any(String), data: 5 };
  expect(json(told)).toEqual(path.includes('/') ? 5 : record);
});

test('an asynchronous action is a resource until it is forgotten', async () => {
  const { peer, brewed } = await box();
  const started = await peer.ask(request('POST', 'actions/brew'));
  const path = location(started);
  expect([started.code, path]).toEqual([
    '2.01',
    expect.stringMatching(/^\/things\/box\/actions\/brew\/[0-9a-f-]{36}$/),
  ]);
  expect(json(started)).toMatchObject({ status: 'running' });
  brewed.resolve('tea');
  await expect
    .poll(async () => json(await peer.ask(request('GET', path))))
    .toMatchObject({ status: 'completed', output: 'tea' });
  expect((await peer.ask(request('DELETE', path))).code).toBe('2.02');
  expect((await peer.ask(request('GET', path))).code).toBe('4.04');
  const second = location(await peer.ask(request('POST', 'actions/brew')));
  expect((await peer.ask(request('POST', second))).code).toBe('2.02');
  expect((await peer.ask(request('DELETE', second))).code).toBe('4.04');
});

test('forms say nothing that the defaults of the CoAP binding say', async () => {
  const { peer } = await box();
  let body = '';
  for (let num = 0, more = true; more; num++) {
    const block = uintOption(optionNumber.block2, num * 16 + 6);
    const part = await peer.ask(request('GET', '/things/box', { options: [block] }));
    body += part.payload.toString('latin1');
    more = ((optionUint(part.options, optionNumber.block2) ?? 0) & 8) !== 0;
  }
  const td = JSON.parse(Buffer.from(body, 'latin1').toString()) as ThingDescription;
  const base = expect.stringMatching(/^coap:\/\/127\.0\.0\.1:\d+\/things\/box\/properties\/level$/);
  expect(td['@context']).toContainEqual({ cov: 'https://www.w3.org/2019/wot/coap#' });
  expect(td.properties?.['level']?.forms).toEqual([
    { href: base, op: ['readproperty', 'writeproperty'] },
    { href: base, op: ['observeproperty', 'unobserveproperty'], subprotocol: 'cov:observe' },
  ]);
});
