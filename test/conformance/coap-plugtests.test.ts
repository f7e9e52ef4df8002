import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { coapClient } from '../../src/bindings/coap/coap-client.ts';
import { type Block, readBlock } from '../../src/bindings/coap/messages/block.ts';
import { emptyBytes, type Message } from '../../src/bindings/coap/messages/coap-message.ts';
import {
  optionBytes,
  optionNumber,
  optionTexts,
  optionUint,
  textOption,
  uintOption,
} from '../../src/bindings/coap/messages/coap-option.ts';
import type { ClientRequest, Notification } from '../../src/contracts/binding.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { scaledClock } from '../../src/simulation/scaled-clock.ts';
import { coapThing, contentFormat, json, request } from '../support/coap-thing.ts';
import { collector } from '../support/collector.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { askLibcoap, libcoap, startCoapClient, startCoapServer } from '../support/libcoap.ts';
import { jsonAnswer, readOf, scriptedCoap, testClient } from '../support/scripted-coap.ts';
import { type FateOf, type Passage, type UdpRelay, udpRelay } from '../support/udp-relay.ts';

// As in the plugtests, what went over the wire is judged between two parties of which one is libcoap where it can be. The
// resources are those of a Thing: `/test` is a property or an action, `/separate` a property whose device is slow.

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const large = 'é'.repeat(1500); // 3002 bytes in JSON
const quick = scaledClock(systemClock, { start: Date.UTC(2026, 0, 1), speed: 20 });

/** The relay before a server. */
async function before(port: number, fateOf?: FateOf): Promise<UdpRelay & { readonly base: string }> {
  const relay = await udpRelay(port, fateOf);
  cleanups.push(() => relay.close());
  return { ...relay, base: `coap://127.0.0.1:${relay.port}` };
}

/** Our server behind a relay. */
async function ours({ fateOf, clock = quick }: { fateOf?: FateOf; clock?: typeof quick } = {}) {
  const device = Promise.withResolvers<string>();
  const calls = { separate: 0 };
  const text = { type: 'string' } as const;
  const box = await coapThing(
    {
      '@type': ['Type1', 'Type2'],
      properties: {
        test: { ...text, observable: true, '@type': 'Type2' },
        other: { ...text, '@type': 'Type3' },
        separate: { ...text, readOnly: true },
        query: {
          type: 'object',
          readOnly: true,
          uriVariables: { first: text, second: text, third: text },
        },
      },
      actions: {
        test: { input: text, output: text },
        create: { synchronous: false, input: text, output: text },
      },
    },
    {
      properties: {
        test: { initial: 'content' },
        other: { initial: '' },
        separate: {
          read: () => {
            calls.separate++;
            return device.promise;
          },
        },
        query: { read: ({ uriVariables }) => uriVariables },
      },
      actions: { test: (input) => input, create: (input) => input },
    },
    { clock },
  );
  cleanups.push(() => box.stop());
  const relay = await before(box.port, fateOf);
  return { ...box, ...relay, device, calls, thingUrl: `${relay.base}/things/box` };
}

const isRequest = ({ from, code }: Passage) => from === 'client' && code !== '0.00' && code.startsWith('0.');
const isResponse = ({ from, code }: Passage) => from === 'server' && !code.startsWith('0.');
const isAcknowledgement = ({ type, code }: Message) => type === 'ACK' && code === '0.00';

/** What was asked last, and the last word to it. */
function exchangeIn({ tape }: UdpRelay): { readonly asked: Passage; readonly answered: Passage } {
  const asked = tape.items.findLast(isRequest);
  const answered = tape.items.findLast(isResponse);
  if (asked === undefined || answered === undefined) throw new Error('nothing was asked and answered');
  return { asked, answered };
}

/** That a response has the code, and is the one to its request: in the ACK, or non-confirmable as that was. */
function expectAnswer({ asked, answered }: ReturnType<typeof exchangeIn>, code: string): void {
  expect(answered.code).toBe(code);
  expect(answered.token).toEqual(asked.token);
  if (asked.type === 'NON') expect(answered.type).toBe('NON');
  else expect([answered.type, answered.id]).toEqual(['ACK', asked.id]);
}

/** The same of our server, which always says what its payload is. */
function expectOurAnswer(relay: UdpRelay, code: string): ReturnType<typeof exchangeIn> {
  const exchange = exchangeIn(relay);
  expectAnswer(exchange, code);
  const { payload, options } = exchange.answered;
  if (payload.length > 0) expect(optionBytes(options, optionNumber.contentFormat)).toBeDefined();
  return exchange;
}

const etagOf = ({ options }: Message) => optionBytes(options, optionNumber.etag)?.toString('hex');
const sequenceOf = ({ options }: Message) => optionUint(options, optionNumber.observe);

describe.skipIf(libcoap.missing)(`our server with libcoap's coap-client${libcoap.note}`, () => {
  const quoted = ['-e', '"new"', '-t', '50'];
  test.each([
    ['GET, confirmable [TD_COAP_CORE_01]', 'properties/test', ['-m', 'get'], '"content"'],
    ['PUT, confirmable [TD_COAP_CORE_03]', 'properties/test', ['-m', 'put', ...quoted], ''],
    ['POST, confirmable [TD_COAP_CORE_04]', 'actions/test', ['-m', 'post', ...quoted], '"new"'],
    ['GET, non-confirmable [TD_COAP_CORE_05]', 'properties/test', ['-N'], '"content"'],
    ['PUT, non-confirmable [TD_COAP_CORE_07]', 'properties/test', ['-N', '-m', 'put', ...quoted], ''],
    ['POST, non-confirmable [TD_COAP_CORE_08]', 'actions/test', ['-N', '-m', 'post', ...quoted], '"new"'],
    ['GET with a token [TD_COAP_CORE_10]', 'properties/test', ['-T', 'abcdefgh'], '"content"'],
  ])('%s', async (_title, path, args, shown) => {
    const box = await ours();
    expect(await askLibcoap(...args, `${box.thingUrl}/${path}`)).toBe(shown);
    const isGet = args.includes('get') || !args.includes('-m');
    const exchange = expectOurAnswer(box, isGet ? '2.05' : '2.04');
    expect(exchange.asked.type).toBe(args.includes('-N') ? 'NON' : 'CON');
    if (args.includes('-T')) expect(exchange.asked.token).toHaveLength(8);
    if (args.includes('put')) expect(box.thing.get('test')).toBe('new');
  });

  test.each([
    ['DELETE, confirmable [TD_COAP_CORE_02]', []],
    ['DELETE, non-confirmable [TD_COAP_CORE_06]', ['-N']],
  ])('%s', async (_title, args) => {
    const box = await ours();
    const created = JSON.parse(
      await askLibcoap('-m', 'post', '-e', '"x"', '-t', '50', `${box.thingUrl}/actions/create`),
    );
    expect(await askLibcoap(...args, '-m', 'delete', `${box.base}${created.href}`)).toBe('');
    expectOurAnswer(box, '2.02');
    expect(await askLibcoap(`${box.base}${created.href}`)).toMatch(/^4\.04/);
  });

  test.each([
    ['a separate response [TD_COAP_CORE_09]', []],
    ['a separate response with a token [TD_COAP_CORE_11]', ['-T', 'sep']],
  ])('%s', async (_title, args) => {
    const box = await ours();
    const said = askLibcoap(...args, `${box.thingUrl}/properties/separate`);
    await box.tape.until(isAcknowledgement);
    box.device.resolve('late');
    expect(await said).toBe('"late"');
    await box.tape.until((each) => each.from === 'client' && isAcknowledgement(each));
    const [asked, acknowledged, answered, last] = box.tape.items as readonly [
      Passage,
      Passage,
      Passage,
      Passage,
    ];
    expect([acknowledged.from, acknowledged.id, acknowledged.size]).toEqual(['server', asked.id, 4]);
    expect([answered.type, answered.code, answered.token]).toEqual(['CON', '2.05', asked.token]);
    expect([last.from, last.type, last.id, last.size]).toEqual(['client', 'ACK', answered.id, 4]);
  });

  test('a separate response to a non-confirmable GET [TD_COAP_CORE_17]', async () => {
    const clock = fakeClock();
    const box = await ours({ clock });
    const said = askLibcoap('-N', `${box.thingUrl}/properties/separate`);
    await vi.waitFor(() => expect(box.calls.separate).toBe(1), { interval: 5 });
    clock.advance(2000);
    box.device.resolve('late');
    expect(await said).toBe('"late"');
    expect(box.tape.items.map(({ type, code }) => [type, code])).toEqual([
      ['NON', '0.01'],
      ['NON', '2.05'],
    ]);
  });

  test('several Uri-Path options [TD_COAP_CORE_13]', async () => {
    const box = await ours();
    await askLibcoap(`${box.thingUrl}/properties/test`);
    const { asked } = expectOurAnswer(box, '2.05');
    expect(optionTexts(asked.options, optionNumber.uriPath).join('/')).toBe('things/box/properties/test');
  });

  test('several Uri-Query options [TD_COAP_CORE_14]', async () => {
    const box = await ours();
    const said = await askLibcoap(`${box.thingUrl}/properties/query?first=1&second=2&third=3`);
    expect(JSON.parse(said)).toEqual({ first: '1', second: '2', third: '3' });
    expectOurAnswer(box, '2.05');
  });

  test('several Location-Path options [TD_COAP_CORE_18]', async () => {
    const box = await ours();
    await askLibcoap('-m', 'post', '-e', '"x"', '-t', '50', `${box.thingUrl}/actions/create`);
    const exchange = expectOurAnswer(box, '2.01');
    const location = optionTexts(exchange.answered.options, optionNumber.locationPath);
    expect(location).toEqual(['things', 'box', 'actions', 'create', expect.stringMatching(/^[\w-]+$/)]);
    expect(await askLibcoap(`${box.base}/${location.join('/')}`)).toContain('"output":"x"');
  });

  test('Accept chooses the format [TD_COAP_CORE_20]', async () => {
    const box = await ours();
    for (const [format, shown] of [
      [50, '"content"'],
      [0, 'content'],
    ] as const) {
      expect(await askLibcoap('-A', String(format), `${box.thingUrl}/properties/test`)).toBe(shown);
      const exchange = expectOurAnswer(box, '2.05');
      expect(optionUint(exchange.answered.options, optionNumber.contentFormat)).toBe(format);
    }
  });

  test('ETag validates [TD_COAP_CORE_21]', async () => {
    const box = await ours();
    const url = `${box.thingUrl}/properties/test`;
    await askLibcoap(url);
    const first = exchangeIn(box).answered;
    await askLibcoap('-O', `4,0x${etagOf(first)}`, url);
    const valid = expectOurAnswer(box, '2.03');
    expect([etagOf(valid.answered), valid.answered.payload.length]).toEqual([etagOf(first), 0]);
    await askLibcoap('-m', 'put', ...quoted, url);
    await askLibcoap('-O', `4,0x${etagOf(first)}`, url);
    const changed = expectOurAnswer(box, '2.05');
    expect(etagOf(changed.answered)).not.toBe(etagOf(first));
    expect(json(changed.answered)).toBe('new');
  });

  test('If-Match makes updates atomic [TD_COAP_CORE_22]', async () => {
    const box = await ours();
    const url = `${box.thingUrl}/properties/test`;
    const put = (text: string, ...args: readonly string[]) =>
      askLibcoap('-m', 'put', '-t', '50', '-e', `"${text}"`, ...args, url);
    await askLibcoap(url);
    await put('one', '-O', `1,0x${etagOf(exchangeIn(box).answered)}`);
    expectOurAnswer(box, '2.04');
    expect(await askLibcoap(url)).toBe('"one"');
    const known = etagOf(exchangeIn(box).answered);
    await put('two');
    expectOurAnswer(box, '2.04');
    expect(await put('three', '-O', `1,0x${known}`)).toMatch(/^4\.12/);
    expectOurAnswer(box, '4.12');
    expect(box.thing.get('test')).toBe('two');
  });

  test('If-None-Match refuses what is there; WoT resources are not made by PUT [TD_COAP_CORE_23]', async () => {
    const box = await ours();
    const put = ['-m', 'put', '-O', '5,', ...quoted];
    expect(await askLibcoap(...put, `${box.thingUrl}/properties/test`)).toMatch(/^4\.12/);
    expect(box.thing.get('test')).toBe('content');
    expect(await askLibcoap(...put, `${box.thingUrl}/properties/create1`)).toMatch(/^4\.04/);
  });
});

test('GET with an empty token [TD_COAP_CORE_12]', async () => {
  const box = await ours();
  const peer = await box.peer();
  const answer = await peer.ask({ ...request('GET', 'properties/test'), token: emptyBytes });
  expect([answer.type, answer.code, answer.token.length, json(answer)]).toEqual([
    'ACK',
    '2.05',
    0,
    'content',
  ]);
});

test('ping [TD_COAP_CORE_31]', async () => {
  const peer = await (await ours()).peer();
  await peer.message({ id: 77, code: '0.00', token: emptyBytes });
  expect(await peer.next(() => true)).toMatchObject({ type: 'RST', code: '0.00', id: 77, token: emptyBytes });
  expect(peer.traffic).toEqual({ sent: 4, received: 4 });
});

test('our client takes Location-Query options [TD_COAP_CORE_19]', async () => {
  const { base, requests } = await scriptedCoap(() => ({
    code: '2.01',
    options: [
      textOption(optionNumber.locationPath, 'made'),
      textOption(optionNumber.locationQuery, 'first=1'),
      textOption(optionNumber.locationQuery, 'second=2'),
    ],
  }));
  const content = { type: 'application/json', body: Buffer.from('1') };
  const form = { href: `${base}/location-query` };
  const { location } = await testClient().request({ op: 'invokeaction', form, content, timeout: 3000 });
  expect(requests[0]).toMatchObject({ type: 'CON', code: '0.02' });
  expect(decodeURIComponent(location ?? '')).toBe(`${base}/made?first=1&second=2`);
});

/** Of the first exchange with such a message, loses that once. */
function losingOnce(...kinds: readonly ((passage: Omit<Passage, 'fate'>) => boolean)[]): FateOf {
  const left = [...kinds];
  return (passage) => {
    const at = left.findIndex((isIt) => isIt(passage));
    if (at < 0) return 'passed';
    left.splice(at, 1);
    return 'lost';
  };
}

const isGet = ({ code }: { readonly code: string }) => code === '0.01';
const isContent = ({ code }: { readonly code: string }) => code === '2.05';

test('GET where messages are lost, our client with our server [TD_COAP_CORE_15]', async () => {
  const box = await ours({ fateOf: losingOnce(isGet, isContent) });
  const client = testClient({ clock: quick });
  const { content } = await client.request(readOf(`${box.thingUrl}/properties/test`, { timeout: 60_000 }));
  expect(content?.body.toString()).toBe('"content"');
  expect(box.tape.items.map(({ code, fate }) => `${code} ${fate}`)).toEqual([
    '0.01 lost',
    '0.01 passed',
    '2.05 lost',
    '0.01 passed',
    '2.05 passed',
  ]);
  expect(new Set(box.tape.items.map(({ id }) => id)).size).toBe(1);
});

test('a separate response where messages are lost, our client with our server [TD_COAP_CORE_16]', async () => {
  const isServerAck = (each: Omit<Passage, 'fate'>) => each.from === 'server' && isAcknowledgement(each);
  const isClientAck = (each: Omit<Passage, 'fate'>) => each.from === 'client' && isAcknowledgement(each);
  const box = await ours({ fateOf: losingOnce(isGet, isServerAck, isContent, isClientAck) });
  const client = testClient({ clock: quick });
  const reading = client.request(readOf(`${box.thingUrl}/properties/separate`, { timeout: 60_000 }));
  await box.tape.until(isServerAck);
  box.device.resolve('late');
  expect((await reading).content?.body.toString()).toBe('"late"');
  await box.tape.until((each) => isClientAck(each) && each.fate === 'passed');
  const { items } = box.tape;
  expect(items.filter(({ fate }) => fate === 'lost')).toHaveLength(4);
  const answered = items.findIndex((each) => isContent(each) && each.fate === 'passed');
  expect(items.slice(answered).filter(isGet)).toEqual([]); // the response stops the repetition
  expect(box.calls.separate).toBe(1);
});

describe.skipIf(libcoap.missing)(`our client with libcoap's coap-server${libcoap.note}`, () => {
  let port: number;
  beforeAll(async () => {
    const server = await startCoapServer();
    port = server.port;
    return () => server.stop();
  });

  const text = { type: 'text/plain', body: Buffer.from('hello') };
  const form = (base: string, path: string, method?: string) => ({
    href: base + path,
    contentType: 'text/plain',
    ...(method && { 'cov:method': method }),
  });

  test('PUT, GET, POST and DELETE [TD_COAP_CORE_01, TD_COAP_CORE_02, TD_COAP_CORE_03, TD_COAP_CORE_04]', async () => {
    const relay = await before(port);
    const client = testClient();
    const path = '/seg1/seg2/seg3';
    const ask = (op: ClientRequest['op'], method: string, content?: typeof text) =>
      client.request({
        op,
        form: form(relay.base, path, method),
        ...(content && { content }),
        timeout: 3000,
      });
    await ask('writeproperty', 'PUT', text);
    expectAnswer(exchangeIn(relay), '2.01');
    expect(optionUint(exchangeIn(relay).asked.options, optionNumber.contentFormat)).toBe(0);
    const read = await ask('readproperty', 'GET');
    expect(Buffer.from(read.content?.body ?? []).toString()).toBe('hello');
    expectAnswer(exchangeIn(relay), '2.05');
    await ask('invokeaction', 'POST', text);
    expectAnswer(exchangeIn(relay), '2.04');
    await ask('invokeaction', 'DELETE');
    expectAnswer(exchangeIn(relay), '2.02');
    await expect(ask('readproperty', 'GET')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('token, path, query, separate response and location [TD_COAP_CORE_09, TD_COAP_CORE_10, TD_COAP_CORE_11, TD_COAP_CORE_13, TD_COAP_CORE_14, TD_COAP_CORE_18]', async () => {
    const relay = await before(port);
    const client = testClient();
    const made = form(relay.base, '/made');
    const { location } = await client.request({
      op: 'invokeaction',
      form: made,
      content: text,
      timeout: 3000,
    });
    expect(location).toBe(made.href);
    await client.request(readOf(`${made.href}?first=1&second=2&third=3`));
    const { asked, answered } = exchangeIn(relay);
    expect(asked.token.length).toBeGreaterThan(0);
    expectAnswer({ asked, answered }, '2.05');
    expect(optionTexts(asked.options, optionNumber.uriQuery)).toEqual(['first=1', 'second=2', 'third=3']);

    const late = await client.request(readOf(`${relay.base}/async?1`));
    expect(Buffer.from(late.content?.body ?? []).toString()).toBe('done');
    const { asked: slow, answered: separate } = exchangeIn(relay);
    const acknowledged = { from: 'server', type: 'ACK', code: '0.00', id: slow.id };
    expect(relay.tape.items).toContainEqual(expect.objectContaining(acknowledged));
    expect([separate.type, separate.token]).toEqual(['CON', slow.token]);
    await relay.tape.until(
      (each) => each.from === 'client' && each.type === 'ACK' && each.id === separate.id,
    );
  });

  test('links [TD_COAP_LINK_01, TD_COAP_LINK_02]', async () => {
    const relay = await before(port);
    const client = testClient();
    const core = (query = '') =>
      client.request({
        op: 'readproperty',
        form: { href: `${relay.base}/.well-known/core${query}`, contentType: 'application/link-format' },
        timeout: 3000,
      });
    expect(Buffer.from((await core()).content?.body ?? []).toString()).toContain('</time>;if="clock"');
    expect(Buffer.from((await core('?rt=ticks')).content?.body ?? []).toString()).toMatch(/^<\/time>[^<]*$/);
  });

  test('blocks both ways, in small ones too [TD_COAP_BLOCK_01, TD_COAP_BLOCK_02, TD_COAP_BLOCK_03, TD_COAP_BLOCK_04, TD_COAP_BLOCK_06]', async () => {
    const body = Buffer.from('0123456789'.repeat(200));
    for (const blockSize of [16, 64, 1024] as const) {
      const relay = await before(port);
      const client = testClient({ blockSize });
      const target = { form: form(relay.base, `/large${blockSize}`), timeout: 5000 };
      const { location } = await client.request({
        op: 'invokeaction',
        ...target,
        content: { type: 'text/plain', body },
      });
      expect(location).toBe(target.form.href);
      expectUpload(relay, blockSize, body.length);
      await client.request({ op: 'writeproperty', ...target, content: { type: 'text/plain', body } });
      expectUpload(relay, blockSize, body.length);
      const { content } = await client.request({ op: 'readproperty', ...target });
      expect(Buffer.from(content?.body ?? [])).toEqual(body);
      expectDownload(relay, '0.01', blockSize, blockSize === 1024 ? 'late' : 'early');
    }
  });

  test('observes [TD_COAP_OBS_01, TD_COAP_OBS_09, TD_COAP_OBS_12]', async () => {
    const relay = await before(port);
    const client = testClient();
    const target = form(relay.base, '/watched');
    const put = (body: string) =>
      client.request({
        op: 'writeproperty',
        form: target,
        content: { type: 'text/plain', body: Buffer.from(body) },
        timeout: 3000,
      });
    await put('a');
    const told = collector<string>();
    const end = await client.subscribe(
      { op: 'observeproperty', form: target, timeout: 3000 },
      {
        next: ({ content }) => told.push(Buffer.from(content?.body ?? []).toString()),
        failed: vi.fn(),
        ended: vi.fn(),
      },
    );
    for (const value of ['b', 'c']) {
      await put(value);
      await told.until((each) => each === value);
    }
    await end();
    const registered = relay.tape.items.filter((each) => isRequest(each) && sequenceOf(each) !== undefined);
    expect(registered.map(sequenceOf)).toEqual([0, 1]);
    expect(registered[0]?.token).toEqual(registered[1]?.token);
    const notifications = relay.tape.items.filter((each) => isResponse(each) && each.type !== 'ACK');
    for (const { type, id } of notifications) {
      if (type === 'CON')
        expect(relay.tape.items).toContainEqual(
          expect.objectContaining({ from: 'client', type: 'ACK', code: '0.00', id }),
        );
    }
    await put('d');
    expect(told.items).toEqual(['a', 'b', 'c']);
  });
});

const blocksIn = (passages: readonly Passage[], number: number): readonly Block[] =>
  passages.flatMap(({ options }) => readBlock(options, number) ?? []);

/** That the last body was fetched block by block. */
function expectDownload({ tape }: UdpRelay, code: string, size: number, negotiation: 'early' | 'late'): void {
  const first = tape.items.findLastIndex(
    (each) =>
      isRequest(each) && each.code === code && (readBlock(each.options, optionNumber.block2)?.num ?? 0) === 0,
  );
  const passages = tape.items.slice(first);
  const wishes = blocksIn(passages.filter(isRequest), optionNumber.block2);
  const parts = passages.filter((each) => isResponse(each) && each.code.startsWith('2.'));
  const given = blocksIn(parts, optionNumber.block2);
  const count = given.length;
  expect(count).toBeGreaterThan(1);
  expect(given).toEqual(Array.from(given, (_, num) => ({ num, more: num < count - 1, size })));
  expect(wishes).toEqual(
    given.slice(negotiation === 'early' ? 0 : 1).map(({ num }) => ({ num, more: false, size })),
  );
  for (const part of parts.slice(0, -1)) expect(part.payload).toHaveLength(size);
  expect(new Set(parts.map(etagOf)).size).toBe(1);
}

/** That the last body was sent block by block, and carried out at its end. */
function expectUpload({ tape }: UdpRelay, size: number, length: number): void {
  const first = tape.items.findLastIndex(
    (each) => isRequest(each) && readBlock(each.options, optionNumber.block1)?.num === 0,
  );
  const passages = tape.items.slice(first);
  const sent = passages.filter(
    (each) => isRequest(each) && readBlock(each.options, optionNumber.block1) !== undefined,
  );
  const count = Math.ceil(length / size);
  const expected = Array.from({ length: count }, (_, num) => ({ num, more: num < count - 1, size }));
  expect(blocksIn(sent, optionNumber.block1)).toEqual(expected);
  expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(length);
  const answers = passages.filter((each) => isResponse(each) && sent.some(({ id }) => id === each.id));
  const acknowledged = blocksIn(answers, optionNumber.block1);
  expect(acknowledged.length).toBeGreaterThanOrEqual(count - 1); // libcoap leaves out the last one
  expect(acknowledged).toEqual(expected.slice(0, acknowledged.length));
  expect(answers.slice(0, -1).map(({ code }) => code)).toEqual(expected.slice(1).map(() => '2.31'));
  expect(answers.at(-1)?.code).toMatch(/^2\.0[14]$/);
}

describe.skipIf(libcoap.missing)(`blocks of our server with libcoap's coap-client${libcoap.note}`, () => {
  const body = JSON.stringify(large);
  const length = Buffer.byteLength(body);

  test.each([
    ['GET, the size agreed early [TD_COAP_BLOCK_01]', 64, 'early'],
    ['GET, the size agreed late [TD_COAP_BLOCK_02]', 1024, 'late'],
    ['GET in blocks of 16 bytes [TD_COAP_BLOCK_06]', 16, 'early'],
  ] as const)('%s', async (_title, size, negotiation) => {
    const box = await ours();
    box.thing.set('test', large);
    const wish = negotiation === 'early' ? ['-b', String(size)] : [];
    expect(await askLibcoap(...wish, `${box.thingUrl}/properties/test`)).toBe(body);
    expectDownload(box, '0.01', size, negotiation);
  });

  // coap-client unquotes %xx in -e.
  test('PUT [TD_COAP_BLOCK_03]', async () => {
    const box = await ours();
    const args = ['-m', 'put', '-t', '50', '-b', '64', '-e', body];
    expect(await askLibcoap(...args, `${box.thingUrl}/properties/test`)).toBe('');
    expectUpload(box, 64, length);
    expect(readBlock(exchangeIn(box).answered.options, optionNumber.block1)?.more).toBe(false);
    expect(box.thing.get('test')).toBe(large);
  });

  test('POST that creates [TD_COAP_BLOCK_04]', async () => {
    const box = await ours();
    const args = ['-m', 'post', '-t', '50', '-b', '64', '-e', body];
    await askLibcoap(...args, `${box.thingUrl}/actions/create`);
    expectUpload(box, 64, length);
    const { answered } = exchangeIn(box);
    const location = optionTexts(answered.options, optionNumber.locationPath);
    expect([answered.code, location.length]).toEqual(['2.01', 5]);
    const created = JSON.parse(await askLibcoap(`${box.base}/${location.join('/')}`));
    expect(created.output).toBe(large);
  });

  test('POST with blocks both ways [TD_COAP_BLOCK_05]', async () => {
    const box = await ours();
    const args = ['-m', 'post', '-t', '50', '-b', '256', '-e', body];
    expect(await askLibcoap(...args, `${box.thingUrl}/actions/test`)).toBe(body);
    const passages = box.tape.items.filter(isResponse);
    expect(blocksIn(passages, optionNumber.block1)).toHaveLength(Math.ceil(length / 256));
    const given = blocksIn(passages, optionNumber.block2);
    expect(given.map(({ num, more }) => [num, more])).toEqual(
      given.map((_, num) => [num, num < given.length - 1]),
    );
    expect(given.length).toBeGreaterThan(1);
  });

  test.each([
    ['a large resource [TD_COAP_OBS_13]', [large, `${large}!`]],
    ['a resource that is large at times [TD_COAP_OBS_14]', ['small', large, 'tiny', `${large}!`]],
  ])('observing %s', async (_title, values) => {
    const box = await ours();
    box.thing.set('test', values[0] ?? '');
    const { output, stop } = startCoapClient('-s', '60', '-w', `${box.thingUrl}/properties/test`);
    cleanups.push(stop);
    for (const value of values) {
      box.thing.set('test', value);
      await vi.waitFor(() => expect(output().split('\n').at(-1)).toBe(JSON.stringify(value)), {
        timeout: 5000,
      });
    }
    const notified = box.tape.items.filter((each) => isResponse(each) && sequenceOf(each) !== undefined);
    const cut = notified.map(({ options }) => readBlock(options, optionNumber.block2)?.more ?? false);
    expect(new Set(cut)).toEqual(new Set(values.map((value) => value.length > 1000)));
  });
});

test('our server and our client do POST with blocks both ways [TD_COAP_BLOCK_05]', async () => {
  const box = await ours();
  const content = { type: 'application/json', body: Buffer.from(JSON.stringify(large)) };
  const client = testClient({ blockSize: 64 });
  const form = { href: `${box.thingUrl}/actions/test` };
  const answer = await client.request({ op: 'invokeaction', form, content, timeout: 5000 });
  expect(Buffer.from(answer.content?.body ?? [])).toEqual(content.body);
  expectUpload(
    { ...box, tape: { ...box.tape, items: box.tape.items.filter(isOfUpload) } },
    64,
    content.body.length,
  );
  const later = box.tape.items.filter((each) => isRequest(each) && !isOfUpload(each));
  expect(later.map(({ code, payload }) => [code, payload.length])).toEqual(later.map(() => ['0.02', 0]));
});

const isOfUpload = ({ options }: Passage) => readBlock(options, optionNumber.block1) !== undefined;

describe.skipIf(libcoap.missing)(`links of our server with libcoap's coap-client${libcoap.note}`, () => {
  /** The targets that are listed. */
  async function links(query: string): Promise<readonly string[]> {
    const box = await ours();
    const text = await askLibcoap(`${box.base}/.well-known/core${query}`);
    const { answered } = expectOurAnswer(box, '2.05');
    expect(optionUint(answered.options, optionNumber.contentFormat)).toBe(40);
    return [...text.matchAll(/<([^>]*)>/g)].map(([, href = '']) => href.replace('/things/box/', ''));
  }
  const properties = ['test', 'other', 'separate', 'query'].map((name) => `properties/${name}`);

  test.each([
    ['all links [TD_COAP_LINK_01]', '', ['/things', '/things/box']],
    ['by rt [TD_COAP_LINK_02]', '?rt=Type3', ['properties/other']],
    [
      'all that have an rt [TD_COAP_LINK_03]',
      '?rt=*',
      ['/things/box', 'properties/test', 'properties/other'],
    ],
    ['by one of several rt [TD_COAP_LINK_04]', '?rt=Type2', ['/things/box', 'properties/test']],
    ['by the beginning of if [TD_COAP_LINK_05]', '?if=wot.prop*', ['properties', ...properties]],
    ['all that have an sz [TD_COAP_LINK_06]', '?sz=*', ['/things/box']],
    ['by href [TD_COAP_LINK_07]', '?href=/things/box/properties/test', ['properties/test']],
    ['by the beginning of href [TD_COAP_LINK_08]', '?href=/things/box/properties/*', properties],
  ])('%s', async (_title, query, expected) => expect(await links(query)).toEqual(expected));

  test('a hierarchy of links [TD_COAP_LINK_09]', async () => {
    const box = await ours();
    const core = await askLibcoap(`${box.base}/.well-known/core?href=/things`);
    expect(core).toMatch(/^<\/things>;ct="[^"]*\b40\b/);
    const things = await askLibcoap('-A', '40', `${box.base}/things`);
    expect(things).toMatch(/^<\/things\/box>/);
    const interactions = await askLibcoap('-A', '40', box.thingUrl);
    expect(interactions).toContain('</things/box/properties/test>');
    expect(await askLibcoap(`${box.thingUrl}/properties/test`)).toBe('"content"');
  });
});

describe.skipIf(libcoap.missing)(`observing our server with libcoap's coap-client${libcoap.note}`, () => {
  /** An observation that stands. */
  async function observed(...args: readonly string[]) {
    const box = await ours();
    const { output, stop } = startCoapClient(...args, '-s', '60', '-w', `${box.thingUrl}/properties/test`);
    cleanups.push(stop);
    const shows = (value: string) =>
      vi.waitFor(() => expect(output().split('\n').at(-1)).toBe(JSON.stringify(value)), { timeout: 5000 });
    await shows('content');
    return { ...box, shows };
  }

  /** That all notifications are of the type, in order, and alike in format and token. */
  function expectNotifications({ tape }: UdpRelay, type: string, count: number): void {
    const [first, ...later] = tape.items.filter((each) => isResponse(each) && sequenceOf(each) !== undefined);
    const format = first && optionUint(first.options, optionNumber.contentFormat);
    expect(later.map((each) => [each.type, each.code, each.token.toString('hex')])).toEqual(
      Array(count).fill([type, '2.05', first?.token.toString('hex')]),
    );
    expect(later.map(({ options }) => optionUint(options, optionNumber.contentFormat))).toEqual(
      later.map(() => format),
    );
    const steps = later.map(
      (each, at) =>
        ((sequenceOf(each) ?? 0) - (sequenceOf([first, ...later][at] as Passage) ?? 0)) & 0xffffff,
    );
    expect(steps.every((step) => step > 0 && step < 2 ** 23)).toBe(true);
  }

  test('confirmable notifications [TD_COAP_OBS_01, TD_COAP_OBS_09]', async () => {
    const box = await observed();
    for (const value of ['a', 'b']) {
      box.thing.set('test', value);
      await box.shows(value);
    }
    await askLibcoap('-m', 'put', '-t', '50', '-e', '"by another"', `${box.thingUrl}/properties/test`);
    await box.shows('by another');
    expectNotifications(box, 'CON', 3);
  });

  test('non-confirmable notifications [TD_COAP_OBS_02]', async () => {
    const box = await observed('-N');
    for (const value of ['a', 'b']) {
      await new Promise((resolve) => quick.after(3100, () => resolve(undefined)));
      box.thing.set('test', value);
      await box.shows(value);
    }
    expectNotifications(box, 'NON', 2);
  });

  test('a Thing that goes [TD_COAP_OBS_07]', async () => {
    const box = await observed();
    await box.servient.unexpose('box');
    const last = (await box.tape.until(({ code }) => code === '4.04')).find(({ code }) => code === '4.04');
    expect([last?.type, last && sequenceOf(last)]).toEqual(['CON', undefined]);
  });

  test('a plain GET ends no observation [TD_COAP_OBS_10]', async () => {
    const box = await observed('-T', 'a');
    expect(await askLibcoap('-T', 'b', `${box.thingUrl}/properties/test`)).toBe('"content"');
    box.thing.set('test', 'news');
    await box.shows('news');
  });
});

describe('observing our server with a raw peer', () => {
  async function observing(clock = fakeClock()) {
    const box = await ours({ clock });
    const peer = await box.peer();
    const asked = (value: number) => ({
      ...request('GET', 'properties/test', { options: [uintOption(optionNumber.observe, value)] }),
      token: Buffer.from('t'),
    });
    expect(sequenceOf(await peer.ask(asked(0)))).toBeDefined();
    box.thing.set('test', 'a');
    const notification = await peer.next(({ type }) => type === 'CON');
    const settled = () => peer.ask(request('GET', '/things'));
    const reply = (type: Message['type'], { id }: Message) =>
      peer.message({ type, code: '0.00', id, token: emptyBytes });
    return { ...box, peer, clock, asked, notification, settled, reply };
  }
  const count = ({ received }: { readonly received: readonly Message[] }) =>
    received.filter(({ type }) => type === 'CON').length;

  test('a client that is switched off [TD_COAP_OBS_05]', async () => {
    const { clock, peer, settled, thing } = await observing();
    clock.advance(100_000);
    await settled();
    expect(count(peer)).toBe(5);
    thing.set('test', 'b');
    clock.advance(1000);
    await settled();
    expect(count(peer)).toBe(5);
  });

  test('a client that resets [TD_COAP_OBS_06]', async () => {
    const { peer, settled, thing, notification, reply } = await observing();
    await reply('RST', notification);
    await settled();
    thing.set('test', 'b');
    await settled();
    expect(count(peer)).toBe(1);
  });

  test('GET with Observe 1 [TD_COAP_OBS_12]', async () => {
    const { peer, settled, thing, notification, reply, asked } = await observing();
    await reply('ACK', notification);
    const answer = await peer.ask(asked(1));
    expect([answer.code, sequenceOf(answer), json(answer)]).toEqual(['2.05', undefined, 'a']);
    thing.set('test', 'b');
    await settled();
    expect(count(peer)).toBe(1);
  });
});

test('our client registers again when Max-Age is over [TD_COAP_OBS_04]', async () => {
  const { base, messages, requests, send } = await scriptedCoap((_, count) =>
    jsonAnswer(count, uintOption(optionNumber.observe, 7 - count), uintOption(optionNumber.maxAge, 1)),
  );
  const told = collector<string>();
  const client = testClient({ clock: quick });
  await client.subscribe(
    { op: 'observeproperty', form: { href: `${base}/obs` }, timeout: 60_000 },
    {
      next: ({ content }: Notification) => told.push(Buffer.from(content?.body ?? []).toString()),
      failed: vi.fn(),
      ended: vi.fn(),
    },
  );
  await told.until((value) => value === '2');
  const [first, again] = requests as readonly [Message, Message];
  expect([again.type, again.token, sequenceOf(again)]).toEqual(['CON', first.token, 0]);
  const notification = {
    type: 'CON',
    id: 4711,
    ...jsonAnswer('news', uintOption(optionNumber.observe, 99)),
  } as const;
  send(again, notification);
  await told.until((value) => value === '"news"');
  await messages.until((each) => isAcknowledgement(each) && each.id === 4711);
});

test('notifications come one at a time where messages are lost, our client with our server [TD_COAP_OBS_11]', async () => {
  let count = 0;
  const box = await ours({
    fateOf: (each) =>
      each.type !== 'ACK' && each.from === 'server' && count++ % 2 === 0 ? 'lost' : 'passed',
  });
  const told = collector<string>();
  const client = coapClient({ clock: quick });
  cleanups.push(() => client.stop());
  await client.subscribe(
    { op: 'observeproperty', form: { href: `${box.thingUrl}/properties/test` }, timeout: 60_000 },
    {
      next: ({ content }: Notification) => told.push(Buffer.from(content?.body ?? []).toString()),
      failed: vi.fn(),
      ended: vi.fn(),
    },
  );
  for (const value of ['a', 'b', 'c']) box.thing.set('test', value);
  await told.until((value) => value === '"c"');
  expect(told.items).toEqual(['"content"', '"a"', '"b"', '"c"']);
  let awaited: number | undefined;
  for (const { from, type, id, fate } of box.tape.items) {
    if (from === 'server' && type === 'CON') {
      expect([undefined, id]).toContain(awaited);
      awaited = id;
    } else if (from === 'client' && type === 'ACK' && id === awaited && fate === 'passed')
      awaited = undefined;
  }
});

test('a write is not taken in a format that the resource has not [TD_COAP_CORE_20]', async () => {
  const peer = await (await ours()).peer();
  const xml = { options: [contentFormat(41)], payload: '<a/>' };
  expect((await peer.ask(request('PUT', 'properties/test', xml))).code).toBe('4.15');
});
