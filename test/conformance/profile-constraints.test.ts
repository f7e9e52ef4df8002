import { readFileSync } from 'node:fs';
import { createServient, type HostedThing, http, type PartialTd, type Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profilesOf } from '../../src/bindings/http/profiles.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { validateTd } from '../../src/td/validate.ts';
import { kiln } from '../support/kiln.ts';
import { rawHttp } from '../support/raw-http.ts';
import { sourceFiles } from '../support/sources.ts';

const profiles = ['http-basic', 'http-sse'].map((name) => `https://www.w3.org/2022/wot/profile/${name}/v1`);

let servient: Servient;
let base: string;
let td: ThingDescription;

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0 })], limits: { body: 1000 } });
  td = (await servient.expose(kiln)).td();
  base = String(servient.addresses[0]);
});
afterAll(() => servient.stop());

describe('profiles', () => {
  test('of a Thing are named in its TD [profiling-mechanism-2, profiling-mechanism-3, http-basic-profile-identifier-1, http-sse-profile-identifier-1]', () => {
    expect(td.profile).toEqual(profiles);
  });

  test('are named with the context of TD 1.1 [profiling-mechanism-4]', () => {
    expect([td['@context']].flat()).toContain('https://www.w3.org/2022/wot/td/v1.1');
  });

  test('are named in TDs that are valid [profiling-mechanism-5]', () => {
    expect(validateTd(td).findings).toEqual([]);
  });

  test('are claimed because all that they and the common constraints demand of protocols is tested [profiling-mechanism-1, http-basic-profile-1, http-sse-profile-1, profile-5-2-thing-protocol-binding-1, http-sse-profile-protocol-binding-1]', () => {
    const table = JSON.parse(readFileSync(new URL('profile-1.0.json', import.meta.url), 'utf8'));
    const untested = Object.entries(table.assertions as Readonly<Record<string, object>>)
      .filter(([, row]) => !('test' in row))
      .map(([id]) => id);
    expect(
      untested.filter((id) => /^http-(basic|sse)-profile|^common-constraints-(errors|discovery)/.test(id)),
    ).toEqual([]);
  });
});

describe('security', () => {
  const basic = { scheme: 'basic', name: 'Authorization' };
  const claimed = (
    securityDefinitions: NonNullable<PartialTd['securityDefinitions']>,
    security: string | string[],
  ) => profilesOf({ affordances: { ...kiln.td, securityDefinitions, security } } as unknown as HostedThing);

  test('of a Thing is a scheme of the Profile [common-constraints-security-1]', () => {
    expect(Object.values(td.securityDefinitions).map(({ scheme }) => scheme)).toEqual(['nosec']);
    expect(claimed({ a: { scheme: 'nosec' } }, 'a')).toEqual(profiles);
    expect(claimed({ a: basic }, 'a')).toEqual(profiles);
    for (const flow of ['code', 'client'])
      expect(claimed({ a: { scheme: 'oauth2', flow } }, 'a')).toEqual(profiles);
    for (const foreign of [{ scheme: 'apikey' }, { scheme: 'oauth2', flow: 'device' }]) {
      expect(claimed({ a: foreign }, 'a')).toEqual([]);
    }
  });

  test('may be one of several schemes, in a combo of which one is enough [common-constraints-security-3, common-constraints-security-4]', () => {
    const schemes = { a: basic, b: { scheme: 'oauth2', flow: 'code' } };
    expect(claimed({ ...schemes, c: { scheme: 'combo', oneOf: ['a', 'b'] } }, 'c')).toEqual(profiles);
    expect(claimed({ ...schemes, c: { scheme: 'combo', allOf: ['a', 'b'] } }, 'c')).toEqual([]);
    expect(claimed(schemes, ['a', 'b'])).toEqual([]);
  });

  test('by basic stands in the usual headers [common-constraints-security-basic-in, common-constraints-security-basic-name, common-constraints-security-basic-proxy]', () => {
    const proxied = { ...basic, proxy: 'https://proxy.example', name: 'Proxy-Authorization' };
    for (const right of [basic, { ...basic, in: 'header' }, proxied])
      expect(claimed({ a: right }, 'a')).toEqual(profiles);
    for (const wrong of [
      { ...basic, in: 'query' },
      { scheme: 'basic' },
      { ...proxied, name: 'Authorization' },
    ]) {
      expect(claimed({ a: wrong }, 'a')).toEqual([]);
    }
  });
});

test('a TD is found by following links from the introduction [common-constraints-discovery-1]', async () => {
  const introduction = (await (await fetch(`${base}/.well-known/wot`)).json()) as ThingDescription;
  const hrefs = (introduction.links ?? []).filter(({ rel }) => rel === 'item').map(({ href }) => href);
  const found = await Promise.all(hrefs.map(async (href) => (await fetch(href)).json()));
  expect(found).toEqual([td]);
});

describe('the ready-made Things', async () => {
  const modules = await Promise.all(
    sourceFiles('things')
      .filter((file) => file.endsWith('.td.ts'))
      .map((file) => import(/* @vite-ignore */ new URL(`../../${file}`, import.meta.url).href)),
  );
  const tds = modules.flatMap((module) => Object.values(module)).filter(isTd);
  const affordances = tds.flatMap(({ properties, actions, events }) =>
    Object.values({ ...properties, ...actions, ...events }),
  );

  test('tell the SI unit of what they measure [common-constraints-units-1, common-constraints-units-2]', () => {
    const numbers = tds
      .flatMap(({ properties }) => Object.values(properties ?? {}))
      .filter(({ type }) => type === 'number');
    expect(numbers.length).toBeGreaterThan(8);
    // QUDT names of SI units, those accepted for use with them, and numbers of dimension one.
    const units = /^unit:(DEG_C|PERCENT|PPM|MicroMOL-PER-M2-SEC|W-PER-M2|M-PER-SEC|L|SEC|DeciB_M)$/;
    for (const { unit } of numbers) expect(unit).toMatch(units);
  });

  test('have titles that people can read [accessibility-considerations-1]', () => {
    for (const { title } of [...tds, ...affordances]) expect(title).toMatch(/^[A-Z][\w ()]+$/);
  });
});

function isTd(value: unknown): value is PartialTd {
  return typeof value === 'object' && value !== null && 'title' in value && '@context' in value;
}

describe('every error has a status and a problem body', () => {
  const level = '/things/kiln/properties/target';
  const json = { 'content-type': 'application/json' };
  const put = (body: string, headers: Record<string, string> = json) => ({ method: 'PUT', body, headers });

  test.for<readonly [number, string, string, RequestInit?]>([
    [400, 'a value that does not fit', level, put('"hot"')],
    [400, 'no JSON', level, put('{')],
    [400, 'no value', level, put('')],
    [400, 'a path that is malformed', '/things/%ff'],
    [400, 'a page that is none', '/things?limit=-1'],
    [403, 'a foreign page', level, { headers: { origin: 'https://evil.example' } }],
    [404, 'nothing there', '/nothing'],
    [404, 'no such Thing', '/things/nobody'],
    [404, 'no such property', '/things/kiln/properties/nothing'],
    [404, 'no such action', '/things/kiln/actions/nothing', { method: 'POST' }],
    [404, 'no such invocation', '/things/kiln/actions/fire/00000000-0000-4000-8000-000000000000'],
    [405, 'a method that is not offered', level, { method: 'DELETE' }],
    [405, 'a property that is read only', '/things/kiln/properties/temperature', put('1')],
    [405, 'a property that is write only', '/things/kiln/properties/pin'],
    [405, 'an action is not read', '/things/kiln/actions/beep'],
    [405, 'several at once, one read only', '/things/kiln/properties', put('{"temperature":1}')],
    [406, 'a media type that is not there', level, { headers: { accept: 'image/png' } }],
    [406, 'an event that is not streamed', '/things/kiln/events/overheated'],
    [
      406,
      'what cannot be observed',
      '/things/kiln/properties/program',
      { headers: { accept: 'text/event-stream' } },
    ],
    [413, 'a body that is too large', level, put('1'.repeat(2000))],
    [415, 'a media type that is not understood', level, put('1', { 'content-type': 'image/png' })],
    [415, 'a content coding that is not understood', level, put('1', { ...json, 'content-encoding': 'x-y' })],
    [500, 'a bug', '/things/kiln/properties/probe?fault=bug'],
    [501, 'what is not implemented', '/things/kiln/properties/probe?fault=missing'],
    [503, 'a device that is away', '/things/kiln/properties/probe?fault=silent'],
    [503, 'an action that is refused', '/things/kiln/actions/jam', { method: 'POST' }],
    [504, 'a device that is late', '/things/kiln/properties/probe?fault=slow'],
  ])(
    '%i %s [common-constraints-errors-1, common-constraints-errors-7, common-constraints-errors-2, common-constraints-errors-5]',
    async ([status, , path, init]) => {
      const response = await fetch(base + path, init);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
      const problem = await response.json();
      expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
      expect(JSON.stringify(problem)).not.toContain('secret');
      if (status === 405) expect(response.headers.get('allow')).toMatch(/OPTIONS/);
    },
  );

  test.for([
    [400, 'not HTTP', 'no HTTP at all\r\n\r\n'],
    [
      400,
      'two lengths',
      'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12',
    ],
    [400, 'no Host', 'GET /things HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [403, 'a foreign Host', 'GET /things HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
    [
      405,
      'a method that nobody knows',
      'PROPFIND /things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ],
    [
      431,
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    ],
    [501, 'CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ] as const)('%i %s [common-constraints-errors-7]', async ([status, , bytes]) => {
    const { body, ...head } = await rawHttp(base, bytes);
    expect(head).toEqual({ status, type: 'application/problem+json' });
    expect(JSON.parse(body)).toMatchObject({ status });
  });
});

test('no answer is 300; 304 is one of the others [common-constraints-errors-3, common-constraints-errors-4]', async () => {
  const url = `${base}/things/kiln`;
  const plain = await fetch(url, { redirect: 'manual' });
  const none = await fetch(url, { redirect: 'manual', headers: { accept: 'text/nothing' } });
  const known = await fetch(url, { headers: { 'if-none-match': plain.headers.get('etag') ?? '' } });
  expect([plain.status, none.status, known.status]).toEqual([200, 406, 304]);
});
