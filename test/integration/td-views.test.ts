import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServient, defineThing, http } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/contracts/logger.ts';
import { formsFor } from '../../src/td/forms.ts';
import { page } from '../../src/ui/page.ts';
import type { FetchedTd, TdReport, TdView } from '../../src/ui/page-data.ts';

const lamp = defineThing(
  { title: 'Lamp', properties: { on: { type: 'boolean' } } },
  { properties: { on: { read: () => true, write: () => {} } } },
);

const servient = createServient({
  bindings: [http({ port: 0 }), page()],
  logger: silentLogger,
});
let address = '';

beforeAll(async () => {
  await servient.start();
  await servient.expose(lamp);
  address = servient.addresses[0] ?? '';
});
afterAll(() => servient.stop());

interface Answer<B> {
  readonly status: number;
  readonly body: B;
}

async function post<B = { readonly code: string }>(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<B>> {
  const response = await fetch(`${address}/app/api/td/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as B };
}

async function reportOf(text: string): Promise<TdReport> {
  return (await post<TdReport>('validate', { text })).body;
}

const head =
  '{ "@context": "https://www.w3.org/2022/wot/td/v1.1", "title": "Lamp", "security": "n", "securityDefinitions": { "n": { "scheme": "nosec" } }';

describe('validate', () => {
  test('a valid TD', async () => {
    const lights = { json: 'valid', schema: 'valid', semantics: 'valid' };
    expect(await reportOf(`${head} }`)).toEqual({ kind: 'td', lights, findings: [] });
  });

  test.each([
    ['a comma too much', `${head},\n}`, 'json', 2, '}', `${head}\n}`],
    ['a comma that is missing', `{\n  "a": 1\n  "b": 2\n}`, 'json', 3, '"b"', `{\n  "a": 1,\n  "b": 2\n}`],
    ['a name given twice', `{\n"a": 1,\n"a": 2}`, 'json', 3, '"a"', `{\n"a": 1}`],
    [
      'an op of another kind',
      `${head},\n"properties": { "p": {\n "forms": [{ "href": "https://a", "op": "redproperty" }] } } }`,
      'schema',
      3,
      '"redproperty"',
      `${head},\n"properties": { "p": {\n "forms": [{ "href": "https://a", "op": "readproperty" }] } } }`,
    ],
    [
      'a member that is missing',
      `${head},\n"actions": {\n  "a": {\n    "safe": true\n  } } }`,
      'schema',
      3,
      '"a"',
      `${head},\n"actions": {\n  "a": {\n    "forms": [\n      {\n        "href": "https://thing.example/"\n      }\n    ],\n    "safe": true\n  } } }`,
    ],
    [
      'a security definition that is missing',
      `${head.replace('"n"', '"m"')} }`,
      'semantics',
      1,
      '"m"',
      `${head} }`,
    ],
    [
      'a variable that is not declared',
      `${head},\n"forms": [{ "href": "https://a{?x}", "op": "readallproperties" }] }`,
      'semantics',
      2,
      '"https://a{?x}"',
      `{ "uriVariables": { "x": { "type": "string" } },${head.slice(1)},\n"forms": [{ "href": "https://a{?x}", "op": "readallproperties" }] }`,
    ],
  ])('%s: on the very place, with its fix', async (_, text, ...[of, line, marked, mended]) => {
    const { findings, lights } = await reportOf(text);
    const found = findings.find((finding) => finding.of === of);
    expect(found).toMatchObject({ line });
    expect(text.slice(found?.from, found?.to)).toBe(marked);
    expect(lights[found?.of ?? 'json']).toBe('invalid');
    const edit = found?.fixes[0]?.edit ?? { from: 0, to: 0, insert: '' };
    expect(text.slice(0, edit.from) + edit.insert + text.slice(edit.to)).toBe(mended);
  });

  test('what cannot be read leaves the other verdicts open', async () => {
    const lights = { json: 'invalid', schema: 'unknown', semantics: 'unknown' };
    expect((await reportOf('')).lights).toEqual(lights);
  });
});

describe('view', () => {
  const text = `${head}, "properties": { "on": { "type": "boolean", "readOnly": true, "observable": false, "forms": [{ "href": "https://a/on" }] } } }`;
  const view = async (as: string) => (await post<TdView>('view', { text, as })).body;

  test.each([
    ['defaults', '"op": "readproperty"', 'json'],
    ['no-defaults', '"readOnly": true', 'json'],
    ['openapi', '"openapi": "3.1.0"', 'json'],
    ['types', 'export interface Lamp', 'typescript'],
  ])('%s', async (as, part, language) => {
    expect(await view(as)).toEqual({ text: expect.stringContaining(part), language });
  });

  test('without defaults nothing is left of them', async () => {
    expect((await view('no-defaults')).text).not.toContain('observable');
  });

  test.each([
    [{ text: '[1', as: 'types' }, 400, 'DOCUMENT_INVALID'],
    [{ text: '[]', as: 'defaults' }, 400, 'DOCUMENT_INVALID'],
    [{ text: '{}', as: 'openapi' }, 400, 'TD_INVALID'],
    [{ text: '{"@type":"tm:ThingModel"}', as: 'openapi' }, 400, 'TD_INVALID'],
    [{ text: '{}', as: 'asyncapi' }, 400, 'VIEW_UNKNOWN'],
    [{ text: '{}' }, 400, 'VIEW_UNKNOWN'],
    [{ text: 7, as: 'types' }, 400, 'TEXT_MISSING'],
    [[], 400, 'BODY_INVALID'],
  ])('%j is refused', async (body, status, code) => {
    expect(await post('view', body)).toMatchObject({ status, body: { code } });
  });
});

test('too long a text is refused', async () => {
  const answer = await post('validate', { text: ' '.repeat(600_000) });
  expect(answer).toMatchObject({ status: 413, body: { code: 'TD_TOO_LARGE' } });
});

describe('fetch', () => {
  test('a TD', async () => {
    const url = `${address}/things/lamp`;
    const { status, body } = await post<{ readonly text: string }>('fetch', { url });
    expect({ status, body }).toMatchObject({ status: 200, body: { td: { title: 'Lamp' }, address: url } });
    expect(JSON.parse(body.text)).toMatchObject({ title: 'Lamp' });
  });

  test.each([
    ['file:///etc/passwd', 400, 'ADDRESS_INVALID'],
    ['modbus+tcp://127.0.0.1/1', 400, 'ADDRESS_INVALID'],
    ['lamp', 400, 'ADDRESS_INVALID'],
    [7, 400, 'ADDRESS_INVALID'],
  ])('%s is refused', async (url, status, code) => {
    expect(await post('fetch', { url })).toMatchObject({ status, body: { code } });
  });

  test('what is no TD there is told', async () => {
    expect(await post('fetch', { url: `${address}/things/nobody` })).toMatchObject({ status: 404 });
    expect(await post('fetch', { url: `${address}/metrics` })).toMatchObject({
      body: { code: 'DOCUMENT_INVALID' },
    });
  });

  describe('documents of others', () => {
    const documents: Readonly<Record<string, unknown>> = {
      '/webthings': {
        '@context': 'https://webthings.io/schemas/',
        title: 'Lamp',
        properties: { on: { type: 'boolean', links: [{ href: '/on' }] } },
      },
      '/relative': { title: 'Lamp', properties: { on: { forms: [{ href: 'on' }] } } },
      '/forms': { title: 'Lamp', properties: { on: { forms: [null] } } },
      '/null': null,
    };
    const server = createServer(({ url = '' }, response) => response.end(JSON.stringify(documents[url])));
    let base = '';
    beforeAll(async () => {
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => server.close());

    test.each(['/webthings', '/relative'])('%s comes as a TD that can be used', async (path) => {
      const { body } = await post<FetchedTd>('fetch', { url: base + path });
      expect(body.td && formsFor(body.td, 'readproperty', 'properties', 'on')).toMatchObject([
        { href: `${base}/on` },
      ]);
      expect(JSON.parse(body.text)).toEqual(documents[path]);
    });

    test.each(['/forms', '/null'])('%s comes with the reason why it is none', async (path) => {
      const { body } = await post<FetchedTd>('fetch', { url: base + path });
      expect(body).toMatchObject({ text: JSON.stringify(documents[path]), problem: { code: 'TD_INVALID' } });
      expect(body.td).toBeUndefined();
    });
  });

  test('is off where others reach the page', async () => {
    const answer = await post('fetch', { url: `${address}/things/lamp` }, { 'x-forwarded-for': '192.0.2.1' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'FOREIGN_THINGS_OFF' } });
  });
});

test('nothing else is there', async () => {
  expect((await post('nothing', {})).status).toBe(404);
  expect((await post('validate/more', {})).status).toBe(404);
  expect((await fetch(`${address}/app/api/td/validate`)).status).toBe(405);
});
