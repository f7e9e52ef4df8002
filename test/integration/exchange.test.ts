import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, fetch as fetchThrough } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { mqtt } from '../../src/bindings/mqtt/mqtt-server.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import type { ThingHandle } from '../../src/contracts/definition.ts';
import type { Op, ThingDescription } from '../../src/contracts/td.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { formsFor } from '../../src/td/forms.ts';
import { page } from '../../src/ui/page.ts';
import type { ExchangeLine, ExchangeRequest, WireLine } from '../../src/ui/page-data.ts';
import { linesOf, postExchange } from '../support/ask-exchange.ts';
import { makeCertificate } from '../support/certificate.ts';
import { needs } from '../support/system-parts.ts';

type Line<K extends ExchangeLine['line']> = Extract<ExchangeLine, { readonly line: K }>;
type Request = Omit<ExchangeRequest, 'thing'>;

const lamp = defineThing({ title: 'Lamp', events: { burnt: {} } }, {}, { name: 'lamp' });
const picture = Uint8Array.of(0x89, 0x50, 0xff, 0);

let servient: Servient;
let base: string;
let td: ThingDescription;
let oven: ThingHandle;
/** A Thing that does not keep to its TD. */
let odd: Server;
let oddBase: string;

beforeAll(async () => {
  odd = createServer((request, response) => {
    const { url = '' } = request;
    if (url === '/silent') return;
    const answers: Readonly<Record<string, string>> = { '/hot': '300', '/torn': '{"a":' };
    const answer = answers[url];
    if (url === '/big') response.end(JSON.stringify('x'.repeat(2 ** 20)));
    else if (answer !== undefined) response.setHeader('content-type', 'application/json').end(answer);
    else response.writeHead(403, { 'set-cookie': 'id=swordfish' }).end();
  }).listen(0, '127.0.0.1');
  oddBase = `http://127.0.0.1:${await new Promise((resolve) => odd.once('listening', () => resolve((odd.address() as AddressInfo).port)))}`;
  servient = createServient({
    bindings: [
      http({ port: 0 }),
      websocket(),
      coap({ port: 0 }),
      mqtt({ broker: 'embedded', port: 0 }),
      page({ files: '/nowhere' }),
    ],
  });
  await servient.start();
  await servient.expose({
    td: {
      title: 'oven',
      properties: {
        heat: { type: 'number', minimum: 0, maximum: 100, observable: true },
        label: { type: 'string' },
        photo: { readOnly: true, forms: [{ contentType: 'image/png' }] },
      },
      actions: {
        double: { input: { type: 'number' }, output: { type: 'number' } },
        bake: { synchronous: false, output: { type: 'string' } },
      },
      events: { done: { data: { type: 'string' } } },
    },
    options: { name: 'oven' },
    handlers: (handle) => {
      oven = handle;
      return {
        properties: {
          heat: { initial: 20 },
          label: { initial: 'x'.repeat(70_000) },
          photo: { read: () => picture },
        },
        actions: {
          double: (value) => Number(value) * 2,
          bake: (_, { signal }) =>
            new Promise((_resolve, reject) => (signal.onabort = () => reject(signal.reason))),
        },
      };
    },
  });
  base = servient.addresses[0] ?? '';
  td = servient.things.get('oven')?.description().td as ThingDescription;
});

beforeEach(() => {
  oven.set('heat', 20);
});

afterAll(async () => {
  odd.closeAllConnections();
  odd.close();
  await servient.stop();
});

async function exchanged(request: Request & { readonly thing?: string }): Promise<ExchangeLine[]> {
  const about = request.url === undefined && request.td === undefined ? { thing: 'oven' } : {};
  const response = await postExchange(base, { ...about, ...request });
  if (!response.ok) throw new Error(await response.text());
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const lines: ExchangeLine[] = [];
  for await (const line of linesOf(response)) lines.push(line);
  return lines;
}

function only<K extends ExchangeLine['line']>(lines: readonly ExchangeLine[], kind: K): Line<K>[] {
  return lines.filter((line) => line.line === kind) as Line<K>[];
}

function last(lines: readonly ExchangeLine[]): ExchangeLine | undefined {
  return lines.at(-1);
}

const schemes = { http: 'http', websocket: 'ws', coap: 'coap', mqtt: 'mqtt' } as const;
type Protocol = keyof typeof schemes;

/** The index of the first form over a protocol. */
function over(
  protocol: Protocol,
  { op, kind, name }: Pick<Request, 'op' | 'kind' | 'name'>,
): { form: number } {
  const forms = formsFor(td, op, kind, name);
  return { form: forms.findIndex(({ href }) => href.startsWith(`${schemes[protocol]}:`)) };
}

const starts = (lines: readonly ExchangeLine[]): string[] =>
  only(lines, 'wire').map(({ direction, start }) => `${direction} ${start.replace(/\/\/[^/]*/, '//host')}`);

const heat = { kind: 'properties', name: 'heat' } as const;
const double = { kind: 'actions', name: 'double' } as const;

const cases: readonly (readonly [Protocol, Request, readonly string[], unknown?])[] = [
  ['http', { op: 'readproperty', ...heat }, ['sent GET http://host/things/oven/properties/heat', 'received 200 OK'], 20],
  ['http', { op: 'writeproperty', ...heat, input: 20 }, ['sent PUT http://host/things/oven/properties/heat', 'received 204 No Content']],
  ['http', { op: 'invokeaction', ...double, input: 4 }, ['sent POST http://host/things/oven/actions/double', 'received 200 OK'], 8],
  ['http', { op: 'readmultipleproperties', names: ['heat'] }, ['sent GET http://host/things/oven/properties?names=heat', 'received 200 OK'], { heat: 20 }],
  ['http', { op: 'writemultipleproperties', input: { heat: 20 } }, ['sent PUT http://host/things/oven/properties', 'received 204 No Content']],
  ['http', { op: 'queryallactions' }, ['sent GET http://host/things/oven/actions', 'received 200 OK'], { bake: [] }],
  ['websocket', { op: 'readproperty', ...heat }, ['sent TEXT ws://host/things', 'received TEXT ws://host/things'], 20],
  ['websocket', { op: 'writeproperty', ...heat, input: 20 }, ['sent TEXT ws://host/things', 'received TEXT ws://host/things']],
  ['websocket', { op: 'invokeaction', ...double, input: 4 }, ['sent TEXT ws://host/things', 'received TEXT ws://host/things'], 8],
  ['coap', { op: 'readproperty', ...heat }, ['sent CON GET coap://host/things/oven/properties/heat', 'received ACK 2.05 Content'], 20],
  ['coap', { op: 'writeproperty', ...heat, input: 20 }, ['sent CON PUT coap://host/things/oven/properties/heat', 'received ACK 2.04 Changed']],
  ['coap', { op: 'invokeaction', ...double, input: 4 }, ['sent CON POST coap://host/things/oven/actions/double', 'received ACK 2.04 Changed'], 8],
  ['mqtt', { op: 'writeproperty', ...heat, input: 20 }, ['sent PUBLISH things/oven/properties/heat/set/', 'received PUBLISH things/oven/properties/heat/reply/']],
  ['mqtt', { op: 'invokeaction', ...double, input: 4 }, ['sent PUBLISH things/oven/actions/double/invoke/', 'received PUBLISH things/oven/actions/double/reply/'], 8],
  ['mqtt', { op: 'readmultipleproperties', names: ['heat'] }, ['sent PUBLISH things/oven/ops/readmultipleproperties/', 'received PUBLISH things/oven/ops/reply/'], { heat: 20 }],
]; // biome-ignore format: a table

describe('one operation', () => {
  test.for(cases)('over %s: %o', async ([protocol, request, expected, value]) => {
    const lines = await exchanged({ ...request, ...over(protocol, request) });
    expect(lines[0]?.line).toBe('chosen');
    const told = starts(lines);
    // Of MQTT the connection and the subscription to results come before, where they are not there yet.
    for (const start of expected) expect(told.some((each) => each.startsWith(start))).toBe(true);
    if (protocol !== 'mqtt') expect(told).toEqual(expected);
    expect(last(lines)).toMatchObject({ line: 'result', ...(value === undefined ? {} : { value }) });
  });

  test('a retained value over MQTT, which is subscribed to', async () => {
    const topic = 'things/oven/properties/heat';
    const [broker] = formsFor(td, 'readproperty', 'properties', 'heat').slice(-1);
    const retained = { href: broker?.href, 'mqv:filter': topic, 'mqv:retain': true };
    const lines = await exchanged({
      ...{ op: 'readproperty', ...heat },
      td: { title: 'oven', properties: { heat: { type: 'number', forms: [retained] } } },
    });
    expect(starts(lines)).toEqual([
      'sent CONNECT mqtt://host',
      'received CONNACK',
      `sent SUBSCRIBE ${topic}`,
      'received SUBACK',
      `received PUBLISH ${topic}`,
      `sent UNSUBSCRIBE ${topic}`,
    ]);
    expect(only(lines, 'wire')[4]).toMatchObject({
      fields: expect.arrayContaining([['Retain', 'true']]),
      text: '20',
    });
    expect(last(lines)).toMatchObject({ line: 'result', value: 20, verdict: { fits: true, errors: [] } });
  });

  test('headers, options and frames are told as their protocol has them', async () => {
    const wire = async (protocol: Protocol): Promise<WireLine[]> =>
      only(
        await exchanged({
          op: 'writeproperty',
          ...heat,
          input: 21,
          ...over(protocol, { op: 'writeproperty', ...heat }),
        }),
        'wire',
      );
    const [put] = await wire('http');
    expect(put?.fields).toEqual([
      ['host', new URL(base).host],
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['content-length', '2'],
    ]);
    expect([put?.text, put?.size]).toEqual(['21', 2]);
    const [con, ack] = await wire('coap');
    expect(Object.fromEntries(con?.fields ?? [])).toMatchObject({
      'Uri-Path': 'heat',
      'Content-Format': '50 (application/json)',
      Accept: '50 (application/json)',
    });
    expect(ack?.fields.slice(0, 2)).toEqual(con?.fields.slice(0, 2)); // Message ID and Token
    const [frame, answer] = await wire('websocket');
    expect(JSON.parse(frame?.text ?? '')).toMatchObject({
      operation: 'writeproperty',
      name: 'heat',
      value: 21,
    });
    expect(JSON.parse(answer?.text ?? '').correlationID).toBe(JSON.parse(frame?.text ?? '').correlationID);
  });

  test('long bodies are cut, in blocks over CoAP, and the value is whole', async () => {
    const label = { kind: 'properties', name: 'label' } as const;
    const read = (protocol: Protocol) =>
      exchanged({ op: 'readproperty', ...label, ...over(protocol, { op: 'readproperty', ...label }) });
    const lines = await read('http');
    const [, answer] = only(lines, 'wire');
    expect([answer?.size, answer?.text?.length]).toEqual([70_002, 65_536]);
    expect(last(lines)).toMatchObject({ value: 'x'.repeat(70_000) });
    const blocks = only(await read('coap'), 'wire').filter(({ start }) => start === 'ACK 2.05 Content');
    expect(blocks.map(({ fields }) => Object.fromEntries(fields)['Block2']).slice(0, 2)).toEqual([
      '0/1/1024',
      '1/1/1024',
    ]);
    expect(blocks.length).toBe(69);
  });

  test('bytes are told in Base64 with their type', async () => {
    const lines = await exchanged({ op: 'readproperty', kind: 'properties', name: 'photo' });
    const base64 = Buffer.from(picture).toString('base64');
    expect(last(lines)).toMatchObject({ type: 'image/png', base64, verdict: { fits: true } });
    expect(only(lines, 'wire')[1]).toMatchObject({ base64, size: 4 });
  });

  test('an asynchronous action is followed by its address, and over WebSocket by its id', async () => {
    const bake = { kind: 'actions', name: 'bake' } as const;
    const begun = last(await exchanged({ op: 'invokeaction', ...bake })) as Line<'result'>;
    expect(begun).toMatchObject({
      value: { status: 'running' },
      location: expect.stringContaining('/actions/bake/'),
    });
    const invocation = begun.location ?? '';
    const status = await exchanged({ op: 'queryaction', ...bake, invocation });
    expect(starts(status)[0]).toBe(`sent GET ${invocation.replace(/\/\/[^/]*/, '//host')}`);
    expect(last(status)).toMatchObject({ value: { status: 'running' } });
    await exchanged({ op: 'cancelaction', ...bake, invocation });
    expect(last(await exchanged({ op: 'queryaction', ...bake, invocation }))).toMatchObject({
      line: 'error',
      problem: { code: 'INVOCATION_UNKNOWN', status: 404 },
    });
    const again = last(
      await exchanged({ op: 'invokeaction', ...bake, ...over('websocket', { op: 'invokeaction', ...bake }) }),
    );
    const { id } = (again as Line<'result'>).value as { readonly id: string };
    const cancelled = await exchanged({ op: 'cancelaction', ...bake, invocation: id });
    expect([starts(cancelled)[0], last(cancelled)?.line]).toEqual(['sent TEXT ws://host/things', 'result']);
  });
});

describe('what is told of it', () => {
  test('all forms in their order, and why', async () => {
    const [chosen] = only(await exchanged({ op: 'readproperty', ...heat }), 'chosen');
    expect(chosen?.forms.map(({ protocol, usable }) => [protocol, usable])).toEqual([
      ['http', true],
      ['websocket', true],
      ['coap', true],
      ['mqtt', true],
    ]);
    expect(chosen?.form).toBe(0);
    expect(chosen?.forms[0]?.reason).toMatch(/first form/);
  });

  test('input that does not fit is judged and sent all the same', async () => {
    const lines = await exchanged({ op: 'writeproperty', ...heat, input: 300 });
    expect(only(lines, 'chosen')[0]?.input).toEqual({
      fits: false,
      errors: [{ pointer: '', detail: expect.stringContaining('100') }],
    });
    expect(starts(lines)).toEqual([expect.stringContaining('sent PUT'), 'received 400 Bad Request']);
    expect(last(lines)).toMatchObject({ line: 'error', problem: { code: 'INPUT_MISMATCH', status: 400 } });
  });

  test('of several properties each is judged', async () => {
    const [chosen] = only(
      await exchanged({ op: 'writemultipleproperties', input: { heat: 300, nose: 1 } }),
      'chosen',
    );
    expect(chosen?.input?.errors.map(({ pointer }) => pointer)).toEqual(['/heat', '/nose']);
  });

  const oddTd = (name: string, form: object = {}) => ({
    title: 'odd',
    properties: { it: { type: 'number', maximum: 100, forms: [{ href: `${oddBase}/${name}`, ...form }] } },
  });
  const it = { op: 'readproperty', kind: 'properties', name: 'it' } as const;

  test('a value that does not fit is shown with what is wrong', async () => {
    expect(last(await exchanged({ ...it, td: oddTd('hot') }))).toMatchObject({
      line: 'result',
      value: 300,
      verdict: { fits: false, errors: [{ pointer: '', detail: 'must be <= 100' }] },
    });
  });

  test('what cannot be read is shown as bytes, what is too large by its size', async () => {
    expect(last(await exchanged({ ...it, td: oddTd('torn') }))).toMatchObject({
      base64: Buffer.from('{"a":').toString('base64'),
      verdict: { fits: false },
    });
    const big = last(await exchanged({ ...it, td: oddTd('big') }));
    expect(big).toMatchObject({ size: 2 ** 20 + 2, verdict: { fits: false } });
    expect(big).not.toHaveProperty('value');
  });

  test('no secret', async () => {
    const headers = [{ 'htv:fieldName': 'X-Api-Key', 'htv:fieldValue': 'swordfish' }];
    const lines = await exchanged({ ...it, td: oddTd('gone', { 'htv:headers': headers }) });
    expect(last(lines)).toMatchObject({ line: 'error', problem: { status: 403 } });
    const fields = only(lines, 'wire').map((message) => Object.fromEntries(message.fields));
    expect(fields[0]).toMatchObject({ 'x-api-key': '***' });
    expect(fields[1]).toMatchObject({ 'set-cookie': '***' });
  });

  test('a form that cannot be sent, and none at all', async () => {
    const unsent = await exchanged({ ...it, td: oddTd('hot', { subprotocol: 'carrier-pigeon' }) });
    expect(unsent).toMatchObject([
      {
        line: 'chosen',
        form: -1,
        forms: [{ usable: false, reason: expect.stringContaining('carrier-pigeon') }],
      },
      { line: 'error', problem: { code: 'NO_CLIENT_FOR_FORM' } },
    ]);
    const none = await exchanged({ op: 'writeallproperties', td: oddTd('hot'), input: {} });
    expect(none).toMatchObject([{ forms: [] }, { line: 'error', problem: { code: 'OP_NOT_OFFERED' } }]);
  });

  test('silence ends with the timeout', async () => {
    const lines = await exchanged({ ...it, td: oddTd('silent'), timeout: 50 });
    expect(starts(lines)).toEqual(['sent GET http://host/silent']);
    expect(last(lines)).toMatchObject({ line: 'error', problem: { code: 'RESPONSE_TIMEOUT' } });
  });
});

describe('a subscription', () => {
  const observe = { op: 'observeproperty', ...heat } as const;
  const subscribe = { op: 'subscribeevent', kind: 'events', name: 'done' } as const;

  test.for(['http', 'websocket', 'coap', 'mqtt'] as const)(
    'over %s tells values until its reader goes',
    async (protocol) => {
      const before = await metric('subscriptions');
      const leaving = new AbortController();
      const response = await postExchange(
        base,
        { thing: 'oven', ...observe, ...over(protocol, observe) },
        { signal: leaving.signal },
      );
      const heard: ExchangeLine[] = [];
      for await (const line of linesOf(response)) {
        heard.push(line);
        const changes = only(heard, 'change');
        if (line.line === 'change' && changes.length === 1) oven.set('heat', 77);
        if (changes.length === 2) break;
      }
      leaving.abort();
      expect(only(heard, 'change')).toMatchObject([
        { value: 20, verdict: { fits: true } },
        { value: 77, verdict: { fits: true } },
      ]);
      expect(heard.findIndex(({ line }) => line === 'subscribed')).toBeLessThan(
        heard.findIndex(({ line }) => line === 'change'),
      );
      await expect.poll(() => metric('subscriptions')).toBe(before);
    },
  );

  test('of events over HTTP shows the stream block by block', async () => {
    const response = await postExchange(base, { thing: 'oven', ...subscribe, ...over('http', subscribe) });
    const heard: ExchangeLine[] = [];
    for await (const line of linesOf(response)) {
      heard.push(line);
      if (line.line === 'subscribed') oven.emit('done', 'crisp');
      if (line.line === 'change') break;
    }
    expect(starts(heard).slice(0, 2)).toEqual([
      'sent GET http://host/things/oven/events/done',
      'received 200 OK',
    ]);
    expect(only(heard, 'wire').find(({ start }) => start === 'event done')).toMatchObject({
      text: '"crisp"',
    });
    expect(last(heard)).toMatchObject({ line: 'change', value: 'crisp', id: expect.stringMatching(/^20/) });
  });

  test('ends with its Thing', async () => {
    await servient.expose(lamp);
    const response = await postExchange(base, { thing: 'lamp', op: 'subscribeallevents' });
    const heard: ExchangeLine[] = [];
    for await (const line of linesOf(response)) {
      heard.push(line);
      if (line.line === 'subscribed') await servient.unexpose('lamp');
    }
    expect(last(heard)).toEqual({ line: 'ended' });
  });
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(new RegExp(`^\\w*${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('who may', () => {
  const read = { thing: 'oven', op: 'readproperty', ...heat };
  const refusal = async (request: unknown, init: RequestInit = {}, at = base): Promise<unknown[]> => {
    const response = await postExchange(at, request, init);
    return [response.status, ((await response.json()) as { readonly code: string }).code];
  };

  test('no page of another origin, and no web form', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://evil.example' };
    expect(await refusal(read, { headers })).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    const form = { 'content-type': 'text/plain' };
    expect(await refusal(read, { headers: form })).toEqual([415, 'CONTENT_TYPE_UNKNOWN']);
  });

  test('nobody reads files', async () => {
    for (const url of ['file:///etc/passwd', ' FILE:/etc/passwd'])
      expect(await refusal({ url, op: 'readallproperties' })).toEqual([400, 'EXCHANGE_INVALID']);
  });

  test('foreign Things are for who sits at this machine, hosted ones for all', async () => {
    const proxied = { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' };
    const foreign = { url: `${base}/things/oven`, op: 'readproperty', ...heat } as const;
    expect(await refusal(foreign, { headers: proxied })).toEqual([403, 'FOREIGN_THINGS_OFF']);
    expect((await postExchange(base, read, { headers: proxied })).status).toBe(200);
    const elsewhere = { thing: 'oven', op: 'queryaction', kind: 'actions', name: 'bake' };
    for (const invocation of [
      `${oddBase}/hot`,
      `${base}/things/oven/actions/bake/../../../../metrics`,
      '/metrics',
    ])
      expect(await refusal({ ...elsewhere, invocation }, { headers: proxied })).toEqual([
        403,
        'FOREIGN_THINGS_OFF',
      ]);
    expect(last(await exchanged(foreign))).toMatchObject({ line: 'result', value: 20 });
  });

  test('foreign Things are not for the pages of others that may call', async () => {
    const origin = 'https://friend.example';
    const open = createServient({ bindings: [http({ port: 0, cors: [origin] }), page()] });
    onTestFinished(() => open.stop());
    await open.start();
    const foreign = { url: `${base}/things/oven`, op: 'readproperty', ...heat };
    const ask = async (from: string) => {
      const headers = { 'content-type': 'application/json', origin: from };
      return (await postExchange(`${open.addresses[0]}`, foreign, { headers })).status;
    };
    expect([await ask(origin), await ask(`${open.addresses[0]}`)]).toEqual([403, 200]);
  });

  test('at most 16 at a time', async () => {
    const leaving = new AbortController();
    const watching = { thing: 'oven', op: 'subscribeevent', kind: 'events', name: 'done', form: 0 };
    const open = await Promise.all(
      Array.from({ length: 16 }, () => postExchange(base, watching, { signal: leaving.signal })),
    );
    expect(open.map(({ status }) => status)).toEqual(Array(16).fill(200));
    expect(await refusal(read)).toEqual([429, 'EXCHANGES_PER_CLIENT']);
    leaving.abort();
    await expect.poll(async () => (await postExchange(base, read)).status).toBe(200);
  });
});

const parts = needs('openssl');
test.skipIf(parts.missing)(`hosted Things are asked over TLS, whoever signed${parts.note}`, async () => {
  const { key, cert } = makeCertificate();
  const bindings = [http({ port: 0, tls: { key, cert } }), websocket(), page()];
  const secure = createServient({ bindings });
  onTestFinished(() => secure.stop());
  const td = { title: 'Safe', properties: { code: { type: 'integer' } } } as const;
  await secure.expose(defineThing(td, { properties: { code: { initial: 7 } } }));
  const dispatcher = new Agent({ connect: { ca: cert } });
  onTestFinished(() => dispatcher.close());
  for (const form of [0, 1]) {
    const response = await fetchThrough(`${secure.addresses[0]}/app/api/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ thing: 'safe', op: 'readproperty', kind: 'properties', name: 'code', form }),
      dispatcher,
    });
    const lines = (await response.text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ line: 'result', value: 7 });
  }
});

test('what is asked wrongly is refused with a pointer for each fault', async () => {
  const response = await postExchange(base, { thing: 'oven', op: 'paint', form: -1, timeout: 'long' });
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as { readonly errors: readonly { readonly pointer: string }[] };
  expect(errors.map(({ pointer }) => pointer)).toEqual(['/op', '/form', '/timeout', '/name']);
  const unknown: readonly (readonly [object, string])[] = [
    [{ thing: 'nobody', op: 'readallproperties' }, 'THING_UNKNOWN'],
    [{ thing: 'oven', op: 'readproperty', ...heat, form: 9 }, 'FORM_UNKNOWN'],
    [{ td: { title: 1 }, op: 'readallproperties' }, 'TD_INVALID'],
    [{ thing: 'oven', op: 'unobserveproperty' satisfies Op, ...heat }, 'EXCHANGE_INVALID'],
  ];
  for (const [request, code] of unknown)
    expect(await (await postExchange(base, request)).json()).toMatchObject({ code });
});

test('a servient that stops says so', async () => {
  const stopping = createServient({ bindings: [http({ port: 0 }), page({ files: '/nowhere' })] });
  await stopping.expose(lamp);
  const response = await postExchange(stopping.addresses[0] ?? '', {
    thing: 'lamp',
    op: 'subscribeallevents',
  });
  const heard: ExchangeLine[] = [];
  let stopped: Promise<void> | undefined;
  for await (const line of linesOf(response)) {
    heard.push(line);
    if (line.line === 'subscribed') stopped = stopping.stop();
  }
  await stopped;
  expect(last(heard)).toMatchObject({ line: 'error', problem: { code: 'SERVIENT_STOPPED' } });
});
