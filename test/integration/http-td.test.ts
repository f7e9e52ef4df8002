import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createServient, http } from 'thingwright';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { PartialTd } from '../../src/contracts/td.ts';

const context = 'https://www.w3.org/2022/wot/td/v1.1';
const lampTd: PartialTd = {
  '@context': [context, { '@language': 'en' }],
  title: 'Lamp',
  titles: { en: 'Lamp', de: 'Lampe', 'zh-Hant': '燈' },
  modified: '2026-02-03T04:05:06Z',
  properties: {
    level: { title: 'Level', titles: { en: 'Level', de: 'Stufe' }, type: 'integer', observable: true },
    other: { type: 'string', description: 'a text that makes this TD worth compressing' },
  },
};
const servient = createServient({ bindings: [http({ port: 0 })] });
let base = '';

function thing(td: PartialTd, name?: string): ThingDefinition {
  const properties = Object.fromEntries(Object.keys(td.properties ?? {}).map((key) => [key, { initial: 1 }]));
  return { td, options: name === undefined ? {} : { name }, handlers: () => ({ properties }) };
}

beforeAll(async () => {
  await servient.expose(thing(lampTd));
  for (const title of ['B', 'C', 'D']) await servient.expose(thing({ title }));
  base = String(servient.addresses[0]);
});
afterAll(() => servient.stop());

/** A GET as it is, nothing decoded. */
async function get(path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const { statusCode: status, headers: given, body } = await request(`${base}${path}`, { headers, method });
  const bytes = Buffer.from(await body.arrayBuffer());
  return { status, bytes, header: (name: string) => String(given[name] ?? '') };
}

const etagOf = async (path: string, headers: Record<string, string> = {}) =>
  (await get(path, headers)).header('etag');

describe('the language of a TD', () => {
  test.each([
    ['de-AT, en;q=0.5', 'de', 'Lampe', 'Stufe'],
    ['zh-Hant-TW', 'zh-Hant', '燈', 'Level'],
    ['fr, en;q=0.1', 'en', 'Lamp', 'Level'],
  ])('Accept-Language: %s is answered in %s', async (accepted, language, title, level) => {
    const answer = await get('/things/lamp', { 'accept-language': accepted });
    const td = JSON.parse(answer.bytes.toString()) as PartialTd;
    expect(td).toMatchObject({ '@context': [context, { '@language': language }], title });
    expect(td.properties?.['level']?.title).toBe(level);
    expect(td).not.toHaveProperty('titles');
    expect([answer.status, answer.header('content-language')]).toEqual([200, language]);
    expect(answer.header('vary').toLowerCase()).toContain('accept-language');
    const head = await get('/things/lamp', { 'accept-language': accepted }, 'HEAD');
    expect([head.header('content-length'), head.header('etag'), head.bytes.length]).toEqual([
      String(answer.bytes.length),
      answer.header('etag'),
      0,
    ]);
  });

  test.each([undefined, '*', 'fr', 'en;q=0, fr'])(
    'Accept-Language: %s gets all languages',
    async (accepted) => {
      const answer = await get('/things/lamp', accepted === undefined ? {} : { 'accept-language': accepted });
      expect(JSON.parse(answer.bytes.toString())).toMatchObject({ title: 'Lamp', titles: lampTd.titles });
      expect(answer.header('content-language')).toBe('');
      expect(answer.header('vary').toLowerCase()).toContain('accept-language');
    },
  );

  test('each has an ETag of its own, which the others do not match', async () => {
    const languages = ['de', 'en', 'zh-Hant', 'fr'];
    const tags = await Promise.all(
      languages.map((tag) => etagOf('/things/lamp', { 'accept-language': tag })),
    );
    expect(new Set(tags).size).toBe(4);
    const [german = ''] = tags;
    const asked = (language: string) =>
      get('/things/lamp', { 'accept-language': language, 'if-none-match': german });
    expect([(await asked('de')).status, (await asked('en')).status]).toEqual([304, 200]);
  });
});

describe('caches', () => {
  test.each([
    '/things/lamp',
    '/things',
    '/things?limit=2',
    '/things/lamp/openapi.json',
    '/things/b/openapi.json',
    '/.well-known/wot',
  ])('%s is validated by its ETag, weakly and in lists, also for HEAD', async (path) => {
    const { header } = await get(path);
    const etag = header('etag');
    expect(etag).toMatch(/^"[^"]+"$/);
    expect(header('cache-control')).toBe('no-cache');
    for (const known of [etag, `W/${etag}`, `"a,b" , W/"x", ${etag}`, ' * ']) {
      for (const method of ['GET', 'HEAD'] as const) {
        const again = await get(path, { 'if-none-match': known }, method);
        expect([again.status, again.bytes.length, again.header('etag')], known).toEqual([304, 0, etag]);
        expect(again.header('vary')).toBe(header('vary'));
        expect(again.header('cache-control')).toBe('no-cache');
      }
    }
    for (const other of ['"x"', etag.slice(1, -1), `"a${etag.slice(1)}`, 'W/*', '']) {
      expect((await get(path, { 'if-none-match': other })).status, other).toBe(200);
    }
  });

  test("Last-Modified is the TD's own `modified`, and counts where there is no If-None-Match", async () => {
    const modified = 'Tue, 03 Feb 2026 04:05:06 GMT';
    const { header } = await get('/things/lamp');
    expect(header('last-modified')).toBe(modified);
    expect((await get('/things/b')).header('last-modified')).toBe('');
    const since = (date: string, more = {}) => get('/things/lamp', { 'if-modified-since': date, ...more });
    expect((await since(modified)).status).toBe(304);
    expect((await since('Mon, 02 Feb 2026 04:05:06 GMT')).status).toBe(200);
    expect((await since('2030')).status).toBe(200);
    expect((await since(modified, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  test('compressed, a document is the same with an ETag of its own', async () => {
    for (const path of ['/things/lamp', '/things/lamp/openapi.json']) {
      const plain = await get(path);
      const decoders = { gzip: gunzipSync, br: brotliDecompressSync };
      for (const [coding, decode] of Object.entries(decoders)) {
        const asked = { 'accept-encoding': coding };
        const answer = await get(path, asked);
        expect(answer.header('content-encoding')).toBe(coding);
        expect(answer.header('vary').toLowerCase()).toContain('accept-encoding');
        expect(decode(answer.bytes).equals(plain.bytes)).toBe(true);
        expect(answer.bytes.length).toBeLessThan(plain.bytes.length);
        expect(answer.header('etag')).not.toBe(plain.header('etag'));
        const known = { ...asked, 'if-none-match': answer.header('etag') };
        expect((await get(path, known)).status).toBe(304);
        const head = await get(path, asked, 'HEAD');
        expect(head.header('content-length')).toBe(String(answer.bytes.length));
      }
    }
    expect((await get('/things', { 'accept-encoding': 'br' })).header('content-encoding')).toBe('');
  });
});

describe('the list of Things', () => {
  test('follows what comes and goes', async () => {
    const before = await etagOf('/things');
    expect(await etagOf('/things')).toBe(before);
    await servient.expose(thing({ title: 'New' }));
    const during = await get('/things', { 'if-none-match': before });
    expect([during.status, JSON.parse(during.bytes.toString()).length]).toEqual([200, 5]);
    await servient.unexpose('new');
    await servient.expose(thing({ title: 'Other' }, 'new'));
    const after = await get('/things', { 'if-none-match': during.header('etag') });
    expect(JSON.parse(after.bytes.toString()).at(-1)).toMatchObject({ title: 'Other', href: '/things/new' });
    await servient.unexpose('new');
  });

  test('is JSON, in pages that lead to the next', async () => {
    expect((await get('/things', { accept: 'text/html;q=0.9, application/*' })).header('content-type')).toBe(
      'application/json',
    );
    expect((await get('/things', { accept: 'text/html' })).status).toBe(406);
    const names: string[] = [];
    for (let path: string | undefined = '/things?limit=3'; path !== undefined; ) {
      const page = await get(path);
      names.push(...JSON.parse(page.bytes.toString()).map(({ name }: { readonly name: string }) => name));
      path = /^<(\/things\?[^>]+)>; rel="next"$/.exec(page.header('link'))?.[1];
    }
    expect(names).toEqual(['lamp', 'b', 'c', 'd']);
    expect((await get('/things?offset=9')).bytes.toString()).toBe('[]');
  });
});

describe('the Profiles that a TD claims', () => {
  const basic = 'https://www.w3.org/2022/wot/profile/http-basic/v1';
  const sse = 'https://www.w3.org/2022/wot/profile/http-sse/v1';
  const own = 'https://profile.example/own';
  const picture = { forms: [{ contentType: 'image/png' }] };

  test.each<[string, Partial<PartialTd>, unknown]>([
    ['what can be observed', { properties: { p: { observable: true } } }, [basic, sse]],
    ['events alone', { events: { e: {} } }, [basic, sse]],
    ['nothing to observe', { properties: { p: {} } }, basic],
    ['what its author claims too', { profile: [own, basic] }, [own, basic]],
    [
      'a property that is no JSON',
      { properties: { p: { readOnly: true, ...picture } }, events: { e: {} } },
      sse,
    ],
    [
      'an action that gives no JSON',
      { actions: { a: { forms: [{ response: { contentType: 'image/png' } }] } } },
      undefined,
    ],
  ])('%s', async (title, members, expected) => {
    const definition = thing({ title, ...members });
    const { name, td } = await servient.expose(definition);
    expect(td().profile).toEqual(expected);
    await servient.unexpose(name);
  });
});
