import { afterEach, expect, test } from 'vitest';
import type { CoapOption, Message } from '../../src/bindings/coap/messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from '../../src/bindings/coap/messages/coap-option.ts';
import { accept, coapThing, contentFormat, etagOf, json, request } from '../support/coap-thing.ts';

let stop = async (): Promise<void> => undefined;
afterEach(() => stop());

/** `level` is held; `door` answers each write when the test says so. */
async function box() {
  const door = { value: 'shut', writes: [] as (() => void)[], reads: 0 };
  const hosted = await coapThing(
    {
      properties: {
        level: { type: 'integer', observable: true },
        door: { type: 'string' },
        pin: { type: 'string', writeOnly: true },
      },
      actions: { reset: {}, run: { synchronous: false } },
      events: { rang: { data: { type: 'integer' } } },
    },
    {
      properties: {
        level: { initial: 1 },
        door: {
          read: () => {
            door.reads += 1;
            return door.value;
          },
          write: async (value) => {
            await new Promise<void>((resolve) => door.writes.push(resolve));
            door.value = String(value);
          },
        },
        pin: { write: () => undefined },
      },
      actions: { reset: () => undefined, run: () => new Promise(() => undefined) },
    },
  );
  stop = hosted.stop;
  return { ...hosted, door, peer: await hosted.peer() };
}

const tag = (number: number, value: Buffer | undefined): CoapOption => ({ number, value: value as Buffer });
const etag = (value: Buffer | undefined) => tag(optionNumber.etag, value);
const ifMatch = (value: Buffer | undefined) => tag(optionNumber.ifMatch, value);
const empty = Buffer.alloc(0);
const ifNoneMatch = tag(optionNumber.ifNoneMatch, empty);
const level = 'properties/level';

test.each([
  ['a property', 'GET', level, ''],
  ['all properties', 'FETCH', 'properties', '["level"]'],
  ['the TD', 'GET', '/things/box', ''],
  ['the list of Things', 'GET', '/things', ''],
  ['the links', 'GET', '/.well-known/core', ''],
  ['the servient', 'GET', '/.well-known/wot', ''],
  ['the invocations', 'GET', 'actions', ''],
] as const)('%s: who has the present value gets 2.03 without it', async (_what, method, path, payload) => {
  const { peer } = await box();
  const first = await peer.ask(request(method, path, { payload }));
  expect(first.code).toBe('2.05');
  const others = [Buffer.from('other'), etagOf(first)].map(etag);
  const again = await peer.ask(request(method, path, { payload, options: others }));
  expect([again.code, etagOf(again), again.payload.length]).toEqual(['2.03', etagOf(first), 0]);
  expect(optionUint(again.options, optionNumber.contentFormat)).toBeUndefined();
});

test('readings are kept by no cache, errors neither; TDs and lists for the minute that no Max-Age says', async () => {
  const { peer, thing } = await box();
  const maxAge = async (path: string, ...options: readonly CoapOption[]) => {
    const { code, options: told } = await peer.ask(request('GET', path, { options }));
    return [code, optionUint(told, optionNumber.maxAge)];
  };
  const known = etag(etagOf(await peer.ask(request('GET', level))));
  expect(await maxAge(level)).toEqual(['2.05', 0]);
  expect(await maxAge(level, known)).toEqual(['2.03', 0]);
  expect(await maxAge('properties')).toEqual(['2.05', 0]);
  expect(await maxAge('actions')).toEqual(['2.05', 0]);
  expect(await maxAge('events/rang')).toEqual(['2.05', 0]);
  thing.emit('rang', 1);
  expect(await maxAge('events/rang')).toEqual(['2.05', 0]);
  expect(await maxAge('nothing')).toEqual(['4.04', 0]);
  for (const path of ['/things/box', '/things', '/.well-known/core', '/.well-known/wot'])
    expect(await maxAge(path)).toEqual(['2.05', undefined]);
});

test('who observes may name what it was told: in a GET, and for a write', async () => {
  const { peer, thing } = await box();
  const observe = { options: [uintOption(optionNumber.observe, 0)] };
  const first = await peer.ask({ ...request('GET', level, observe), token: Buffer.from('o') });
  const cbor = { options: [...observe.options, accept(112)] };
  const measured = await peer.ask({ ...request('GET', level, cbor), token: Buffer.from('s') });
  const next = async (token: string) => {
    const told = await peer.next(({ type, token: of }) => type === 'CON' && of.toString() === token);
    await peer.message({ type: 'ACK', code: '0.00', id: told.id, token: empty });
    return told;
  };
  const write = async (told: Message, payload: string) =>
    (await peer.ask(request('PUT', level, { options: [ifMatch(etagOf(told))], payload }))).code;
  const valid = await peer.ask(request('GET', level, { options: [etag(etagOf(first))] }));
  expect([valid.code, etagOf(valid)]).toEqual(['2.03', etagOf(first)]);
  thing.set('level', 2);
  const told = await next('o');
  expect(await write(first, '7')).toBe('4.12');
  expect(await write(told, '3')).toBe('2.04');
  await next('s');
  expect(await write(measured, '7')).toBe('4.12');
  expect([await next('o'), await write(await next('s'), '4')].at(-1)).toBe('2.04');
  expect(thing.get('level')).toBe(4);
});

test('the ETag of a value in one format is not that of another value in another', async () => {
  const { peer, thing } = await box();
  const one = etagOf(await peer.ask(request('GET', level))); // JSON 0x31
  thing.set('level', -18); // CBOR 0x31
  const answer = await peer.ask(request('PUT', level, { options: [ifMatch(one)], payload: '3' }));
  expect([answer.code, thing.get('level')]).toEqual(['4.12', -18]);
});

test('who has another value gets the present one', async () => {
  const { peer, thing } = await box();
  const first = await peer.ask(request('GET', level));
  thing.set('level', 2);
  const second = await peer.ask(request('GET', level, { options: [etag(etagOf(first))] }));
  expect([second.code, json(second)]).toEqual(['2.05', 2]);
  expect(etagOf(second)).not.toEqual(etagOf(first));
});

test.each([
  ['an ETag that is the present one', 'tag', '2.04'],
  ['one of several', 'several', '2.04'],
  ['the ETag of another format', 'cbor', '2.04'],
  ['that it exists', 'exists', '2.04'],
  ['an ETag that is an old one', 'old', '4.12'],
  ['that it does not exist', 'none', '4.12'],
])('a write with %s', async (_what, which, code) => {
  const { peer, thing } = await box();
  const old = etagOf(await peer.ask(request('GET', level)));
  thing.set('level', 2);
  const present = etagOf(await peer.ask(request('GET', level)));
  const cbor = etagOf(await peer.ask(request('GET', level, { options: [accept(60)] })));
  const conditions: Readonly<Record<string, readonly CoapOption[]>> = {
    tag: [ifMatch(present)],
    several: [ifMatch(old), ifMatch(present)],
    cbor: [ifMatch(cbor)],
    exists: [ifMatch(empty)],
    old: [ifMatch(old)],
    none: [ifNoneMatch],
  };
  const options = conditions[which] ?? [];
  const answer = await peer.ask(request('PUT', level, { options, payload: '3' }));
  expect(answer.code).toBe(code);
  expect(thing.get('level')).toBe(code === '2.04' ? 3 : 2);
});

test('what is not there does not match, what has no value matches by being there', async () => {
  const { peer } = await box();
  const ask = async (method: 'POST' | 'PUT' | 'DELETE', path: string, condition: CoapOption, payload = '') =>
    (await peer.ask(request(method, path, { options: [condition], payload }))).code;
  expect(await ask('PUT', 'properties/nothing', ifMatch(empty), '1')).toBe('4.12');
  expect(await ask('PUT', 'properties/nothing', ifNoneMatch, '1')).toBe('4.04');
  expect(await ask('PUT', 'properties/pin', ifMatch(Buffer.from('x')), '"1"')).toBe('4.12');
  expect(await ask('PUT', 'properties/pin', ifMatch(empty), '"1"')).toBe('2.04');
  expect(await ask('POST', 'actions/reset', ifMatch(Buffer.from('x')))).toBe('4.12');
  expect(await ask('POST', 'actions/reset', ifMatch(empty))).toBe('2.04');
});

test('an invocation is cancelled if it is in the state that the peer knows', async () => {
  const { peer } = await box();
  const started = await peer.ask(request('POST', 'actions/run'));
  const path = (json(started) as { href: string }).href.replace(/^.*(?=\/things)/, '');
  const status = await peer.ask(request('GET', path));
  const remove = async (value: Buffer | undefined) =>
    (await peer.ask(request('DELETE', path, { options: [ifMatch(value)] }))).code;
  expect(await remove(Buffer.from('other'))).toBe('4.12');
  expect(await remove(etagOf(status))).toBe('2.02');
});

/** Waits until the device has this many writes. */
async function writes(door: { readonly writes: readonly unknown[] }, count: number): Promise<void> {
  await expect.poll(() => door.writes.length, { interval: 2 }).toBe(count);
}

test('of two conditional writes at the same time one wins, whatever its format and way to the property', async () => {
  const { peer, door } = await box();
  const options = [ifMatch(etagOf(await peer.ask(request('GET', 'properties/door'))))];
  const all = [ifMatch(etagOf(await peer.ask(request('GET', 'properties?names=door'))))];
  const first = peer.ask(request('PUT', 'properties/door', { options, payload: '"first"' }));
  await writes(door, 1);
  const second = peer.ask(request('PUT', 'properties/%64oor', { options, payload: '"second"' }));
  const third = peer.ask(
    request('PUT', 'properties?names=door', { options: all, payload: '{"door":"third"}' }),
  );
  expect(json(await peer.ask(request('GET', 'properties/door')))).toBe('shut');
  door.writes[0]?.();
  expect((await Promise.all([first, second, third])).map(({ code }) => code)).toEqual([
    '2.04',
    '4.12',
    '4.12',
  ]);
  expect([door.value, door.writes.length]).toEqual(['first', 1]);
});

test('a conditional write sees what a plain one before it writes; writes of other properties do not wait', async () => {
  const { peer, door, thing } = await box();
  const options = [ifMatch(etagOf(await peer.ask(request('GET', 'properties/door'))))];
  const plain = peer.ask(request('PUT', 'properties/door', { payload: '"plain"' }));
  await writes(door, 1);
  const conditional = peer.ask(request('PUT', 'properties/door', { options, payload: '"mine"' }));
  const other = [ifMatch(empty)];
  expect((await peer.ask(request('PUT', level, { options: other, payload: '7' }))).code).toBe('2.04');
  expect(thing.get('level')).toBe(7);
  door.writes[0]?.();
  const codes = (await Promise.all([plain, conditional])).map(({ code }: Message) => code);
  expect([codes, door.value]).toEqual([['2.04', '4.12'], 'plain']);
});

test('a peer that may not be answered reads no device for its condition', async () => {
  const { peer, door } = await box();
  const options = [contentFormat(50), accept(40), ifMatch(Buffer.from('x'))];
  expect((await peer.ask(request('PUT', 'properties/door', { options, payload: '"x"' }))).code).toBe('4.06');
  expect(door.reads).toBe(0);
});

test('who observes under a condition is answered as it says, and not registered', async () => {
  const { peer } = await box();
  const observe = uintOption(optionNumber.observe, 0);
  const ask = (condition: CoapOption) => peer.ask(request('GET', level, { options: [condition, observe] }));
  expect((await ask(ifMatch(Buffer.from('other')))).code).toBe('4.12');
  const answer = await ask(ifMatch(empty));
  expect([answer.code, optionUint(answer.options, optionNumber.observe)]).toEqual(['2.05', undefined]);
});
