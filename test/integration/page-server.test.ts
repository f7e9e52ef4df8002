import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createServient, defineThing, http, type ServientOptions, WotError } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PageSide } from '../../src/contracts/http-route.ts';
import { type PageOptions, page } from '../../src/ui/page.ts';
import type { ThingSummaries } from '../../src/ui/page-data.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { freePort } from '../support/free-port.ts';
import { rawHttp } from '../support/raw-http.ts';
import { needs } from '../support/system-parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type HttpOptions = NonNullable<Parameters<typeof http>[0]>;

const chromium =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
const html = 'text/html; charset=utf-8';
const script = `export const long = "${'x'.repeat(2000)}";`;

let state: 'there' | 'gone' = 'there';
const lamp = defineThing(
  { title: 'Lamp', properties: { level: { type: 'integer' } }, actions: { echo: { input: {}, output: {} } } },
  {
    properties: {
      level: {
        read() {
          if (state === 'gone') throw new WotError('unavailable', 'LINE_DEAD', 'The line is dead.');
          return 5;
        },
        write() {},
      },
    },
    actions: { echo: (input) => input },
  },
);

/** A folder with a page as the build leaves it. */
function builtPage(): string {
  const folder = temporaryFolder();
  build(folder);
  return folder;
}

function build(folder: string): void {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
  write('index.html', '<!doctype html><base href="/app/" /><title>Built</title>');
  write('elements.js', 'export {};');
  write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('assets/index-1.js', script);
  write('assets/index-1.js.br', brotliCompressSync(`${script}/*br*/`));
  write('assets/index-1.js.gz', gzipSync(`${script}/*gzip*/`));
  write('.secret', 'of the builder');
}

interface Setup extends PageOptions {
  readonly web?: HttpOptions;
  readonly more?: ServientOptions;
}

/** A servient with a lamp and pages; stops with the test. */
async function serve({ web: options = { port: 0 }, more = {}, ...pageOptions }: Setup = {}) {
  const web = http(options);
  const servient = createServient({ ...more, bindings: [web, page({ files: builtPage(), ...pageOptions })] });
  onTestFinished(() => servient.stop());
  await servient.expose(lamp);
  return { servient, web, base: web.httpSide.base };
}

async function ask(url: string, accept = chromium, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(url, { headers: { accept, ...headers } });
  const { status } = response;
  return {
    status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    body: await response.text(),
  };
}

describe('one URL for people and programs', () => {
  const data = {
    '/': 'application/json',
    '/things': 'application/json',
    '/things/lamp': 'application/td+json',
  };

  test.for([
    [chromium, true],
    ['text/html', true],
    ['TEXT/HTML;q=0.2', true],
    ['text/html, */*', true],
    ['text/html, application/json', true],
    ['application/json;q=0.9, text/html', true],
    ['*/*', false],
    ['', false],
    ['application/json, text/html', false],
    ['text/html;q=0.9, application/json', false],
    ['text/html;q=0, */*', false],
  ] as const)('Accept %j gets the page: %s', async ([accept, isPage]) => {
    const { base } = await serve();
    for (const [path, type] of Object.entries(data)) {
      const answer = await ask(base + path, accept);
      const expected = accept.includes('application/json') ? 'application/json' : type;
      expect([path, answer.status, answer.type]).toEqual([path, 200, isPage ? html : expected]);
      expect(answer.headers.get('vary')).toMatch(/\bAccept\b(?!-)/);
    }
  });

  test('affordances answer data whatever a browser prefers', async () => {
    const { base } = await serve();
    expect(await ask(`${base}/things/lamp/properties/level`)).toMatchObject({ status: 200, body: '5' });
    expect((await ask(`${base}/things/lamp/openapi.json`)).type).toBe('application/json');
    expect((await ask(`${base}/healthz`)).type).not.toBe(html);
  });

  test('a Thing that is not there has a page that says so, and a problem', async () => {
    const { base, servient } = await serve();
    expect(await ask(`${base}/things/nope`)).toMatchObject({ status: 404, type: html });
    expect(await ask(`${base}/things/nope`, '*/*')).toMatchObject({
      status: 404,
      type: 'application/problem+json',
    });
    expect(await ask(`${base}/things/nope/properties/x`)).toMatchObject({ type: 'application/problem+json' });
    const written = await fetch(`${base}/things/nope`, { method: 'PUT', headers: { accept: chromium } });
    expect(written.status).toBe(404);
    await servient.unexpose('lamp');
    expect((await ask(`${base}/things/lamp`)).status).toBe(404);
  });

  test('a slash at the end, and a path that nobody has, are a page for people and none for programs', async () => {
    const { base } = await serve();
    for (const [path, status] of Object.entries({
      '/things/': 200,
      '/things/lamp/': 200,
      '/things/nope/': 404,
      '/app': 404,
      '/nowhere': 404,
    })) {
      expect([path, await ask(base + path)]).toMatchObject([path, { status, type: html }]);
      expect([path, await ask(base + path, '*/*')]).toMatchObject([
        path,
        { status: 404, type: 'application/problem+json' },
      ]);
    }
  });

  test('nothing is shown under a name that is not ours', async () => {
    const { base } = await serve();
    const request = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n`;
    for (const path of ['/', '/things/lamp', '/things/nope', '/app/editor', '/app/api/things']) {
      expect(await rawHttp(base, request(path))).toMatchObject({
        status: 403,
        type: 'application/problem+json',
      });
    }
  });
});

describe('the page', () => {
  test('keeps scripts, frames and referrers to itself', async () => {
    const { base } = await serve();
    const { headers } = await ask(base);
    const policy = headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        `connect-src 'self' ${base.replace('http', 'ws')}`,
      ]),
    );
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
  });

  test('is asked for again, and sent again only when it changed', async () => {
    const { base } = await serve();
    const etag = (await ask(base)).headers.get('etag') ?? '';
    expect(await ask(`${base}/things/lamp`, chromium, { 'if-none-match': etag })).toMatchObject({
      status: 304,
      body: '',
    });
    const head = await fetch(base, { method: 'HEAD', headers: { accept: chromium } });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    const lost = await fetch(`${base}/things/nope`, { method: 'HEAD', headers: { accept: chromium } });
    expect([lost.status, await lost.text()]).toEqual([404, '']);
  });

  test('has its addresses below /app/, files first', async () => {
    const { base } = await serve();
    expect(await ask(`${base}/app/editor?td=1`)).toMatchObject({ status: 200, type: html });
    expect(await ask(`${base}/app/index.html`)).toMatchObject({ status: 200, type: html });
    expect(await ask(`${base}/app/icon.svg`)).toMatchObject({ status: 200, type: 'image/svg+xml' });
    for (const path of [
      '/app/assets/gone.js',
      '/app/editor',
      '/app/.secret',
      '/app/api/nope',
      '/app/api/toString',
    ]) {
      expect([path, await ask(base + path, '*/*')]).toMatchObject([
        path,
        { status: 404, type: 'application/problem+json' },
      ]);
    }
    const posted = await fetch(`${base}/app/icon.svg`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test.for([
    '/app/../package.json',
    '/app/..%2fpackage.json',
    '/app/%2e%2e/package.json',
    '/app/assets/..%5c..%5cindex.html',
    '/app/%00',
  ])('%s leads nowhere', async (path) => {
    const { base } = await serve();
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    expect(await rawHttp(base, request)).toMatchObject({ status: 404, type: 'application/problem+json' });
  });

  test('sends files as they were compressed, and lets them be kept by their names', async () => {
    const { base } = await serve();
    const url = `${base}/app/assets/index-1.js`;
    for (const [coding, body] of [
      ['br', `${script}/*br*/`],
      ['gzip', `${script}/*gzip*/`],
      ['identity', script],
    ] as const) {
      // biome-ignore format: a table
      const answer = await ask(url, '*/*', { 'accept-encoding': coding });
      expect([coding, answer.body]).toEqual([coding, body]);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    const elements = await ask(`${base}/app/elements.js`, '*/*');
    expect(Object.fromEntries(elements.headers)).toMatchObject({
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
    });
    const elsewhere = { origin: 'https://site.example' };
    for (const [path, status] of Object.entries({
      '/app/elements.js': 200,
      '/app/assets/index-1.js': 200,
      '/app/assets/..%2fapi/things': 404,
      '/app/icon.svg': 403,
      '/app/api/things': 403,
      '/things/lamp': 403,
    }))
      expect([path, (await ask(base + path, '*/*', elsewhere)).status]).toEqual([path, status]);
    const etag = elements.headers.get('etag') ?? '';
    expect((await ask(`${base}/app/elements.js`, '*/*', { 'if-none-match': etag })).status).toBe(304);
  });

  test('that is not built says which command builds it, and is there once it is', async () => {
    const files = temporaryFolder();
    const { base } = await serve({ files });
    for (const path of ['/', '/things/lamp', '/things/nope', '/app/editor']) {
      const answer = await ask(base + path);
      expect([path, answer.status, answer.type]).toEqual([path, 503, html]);
      expect(answer.body).toContain('npm run page');
    }
    expect((await ask(`${base}/app/api/things`, 'application/json')).status).toBe(200);
    expect((await ask(`${base}/things/lamp`, '*/*')).type).toBe('application/td+json');
    build(files);
    expect((await ask(base)).body).toContain('Built');
  });
});

describe('GET /app/api/things', () => {
  async function summaries(base: string, etag = '') {
    const { status, body, headers } = await ask(`${base}/app/api/things`, 'application/json', {
      'if-none-match': etag,
    });
    const told = body === '' ? undefined : (JSON.parse(body) as ThingSummaries);
    return { status, told, etag: headers.get('etag') ?? '' };
  }

  test('tells the Things, and again only what changed', async () => {
    const { base, servient } = await serve({ more: { title: 'Shop' } });
    const first = await summaries(base);
    expect(first.told).toMatchObject({
      servient: { title: 'Shop', version: expect.stringMatching(/^\d/) },
      things: [{ name: 'lamp', protocols: ['http'], key: { name: 'level' } }],
    });
    expect((await summaries(base, first.etag)).status).toBe(304);

    state = 'gone';
    await fetch(`${base}/things/lamp/properties/level`);
    const faulty = await summaries(base, first.etag);
    expect(faulty.told?.things[0]?.fault).toMatchObject({ code: 'LINE_DEAD', since: expect.any(Number) });
    state = 'there';
    await fetch(`${base}/things/lamp/properties/level`);
    expect((await summaries(base, first.etag)).status).toBe(304);

    await servient.unexpose('lamp');
    expect((await summaries(base, first.etag)).told?.things).toEqual([]);
  });
});

describe('elsewhere', () => {
  test.for(['/wot', '/app'])(
    'below a public base at %s, which a proxy leaves on or takes off',
    async (prefix) => {
      const port = await freePort();
      const publicBase = `https://site.example${prefix}/`;
      await serve({ web: { port }, more: { publicBase } });
      const origin = `http://127.0.0.1:${port}`;
      for (const base of [origin, origin + prefix]) {
        const shown = await ask(`${base}/things/lamp`);
        expect(shown.body).toContain(`<base href="${prefix}/app/"`);
        expect(shown.headers.get('content-security-policy')).toContain(
          "connect-src 'self' wss://site.example;",
        );
        expect((await ask(`${base}/app/assets/index-1.js`, '*/*')).status).toBe(200);
        expect((await ask(`${base}/app/api/things`, '*/*')).type).toBe('application/json');
      }
    },
  );

  test('in a server of the user', async () => {
    let listener: RequestListener = () => {};
    const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { web } = await serve({ web: { mounted: { base: `${origin}/wot` } } });
    listener = web.handler as RequestListener;
    expect((await ask(`${origin}/wot/things/lamp`)).body).toContain('<base href="/wot/app/"');
    expect((await ask(`${origin}/wot/app/assets/index-1.js`, '*/*')).status).toBe(200);
    expect((await ask(`${origin}/wot/app/api/things`, '*/*')).status).toBe(200);
    expect((await ask(`${origin}/app/editor`)).status).toBe(404);
  });

  const parts = needs('openssl');
  test.skipIf(parts.missing)(`over HTTP/2${parts.note}`, async () => {
    const { key, cert } = makeCertificate();
    const { base } = await serve({ web: { port: 0, tls: { key, cert }, http2: true } });
    const session = connect(base, { ca: cert });
    onTestFinished(() => session.close());
    const get = async (headers: OutgoingHttpHeaders) => {
      const stream = session.request(headers);
      const [answer] = await once(stream, 'response');
      return { status: answer[':status'], type: answer['content-type'], body: await text(stream) };
    };
    expect(await get({ ':path': '/things/lamp', accept: chromium })).toMatchObject({
      status: 200,
      type: html,
    });
    expect(await get({ ':path': '/things/nope', ':method': 'HEAD', accept: chromium })).toEqual({
      status: 404,
      type: html,
      body: '',
    });
    expect(await get({ ':path': '/app/assets/index-1.js' })).toMatchObject({ status: 200, body: script });
    expect(await get({ ':path': '/app/api/things' })).toMatchObject({
      status: 200,
      type: 'application/json',
    });
  });
});

describe('pages of whoever', () => {
  const side = (show: Partial<PageSide>): PageSide => ({
    below: '/own/',
    find: () => undefined,
    isOpen: () => false,
    page() {},
    ...show,
  });

  async function bare() {
    const web = http({
      port: 0,
      mount: { '/own': (_request, response) => void response.end('of the user') },
    });
    const servient = createServient({ bindings: [web], limits: { body: 100 } });
    onTestFinished(() => servient.stop());
    await servient.expose(lamp);
    return { web, base: web.httpSide.base };
  }

  test('come and go, one at a time', async () => {
    const { web, base } = await bare();
    expect((await ask(base)).type).toBe('application/json');
    const takeOff = web.httpSide.addPages(
      side({ page: (exchange, status) => exchange.sendJson(status, 'page') }),
    );
    expect(await ask(base)).toMatchObject({ body: '"page"' });
    expect((await ask(`${base}/own/x`)).status).toBe(404);
    expect(await failureOf(async () => web.httpSide.addPages(side({})))).toMatch('conflict PAGES_TAKEN');
    takeOff();
    expect((await ask(base)).type).toBe('application/json');
    expect((await ask(`${base}/own/x`)).body).toBe('of the user');
  });

  test('get JSON bodies within bounds, and decoded segments', async () => {
    const { web, base } = await bare();
    const asked: unknown[] = [];
    web.httpSide.addPages(
      side({
        find: (segments) => ({
          async POST(exchange) {
            asked.push(segments);
            exchange.sendJson(201, { given: (await exchange.body()) ?? null, query: exchange.query });
          },
        }),
      }),
    );
    const post = async (body?: string, type = 'application/json') => {
      const headers = { 'content-type': type };
      const response = await fetch(`${base}/own/a%2Fb/c?d=1`, {
        method: 'POST',
        ...(body !== undefined && { body, headers }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await post('{"a":[1]}')).toEqual({ status: 201, given: { a: [1] }, query: 'd=1' });
    expect(await post()).toMatchObject({ status: 201, given: null });
    expect(asked).toEqual([['a/b', 'c'], ['a/b', 'c']]); // biome-ignore format: a table
    expect(await post('{"a":')).toMatchObject({ status: 400 });
    expect(await post(JSON.stringify('a'.repeat(100)))).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
    expect(await post('a=1', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
    expect(await post('1', 'text/plain')).toMatchObject({ status: 415 });
  });

  test('need an HTTP server, and one servient each', async () => {
    const alone = createServient({ bindings: [page()] });
    expect(await failureOf(() => alone.start())).toMatch('invalid HTTP_MISSING');
    const shared = page({ files: temporaryFolder() });
    const [one, two] = [1, 2].map(() => createServient({ bindings: [http({ port: 0 }), shared] }));
    onTestFinished(async () => void (await Promise.all([one?.stop(), two?.stop()])));
    await one?.start();
    expect(await failureOf(async () => two?.start())).toMatch('conflict BINDING_IN_USE');
    await one?.stop();
    await two?.start();
  });
});
