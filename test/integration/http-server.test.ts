import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';

const servient = createServient({
  bindings: [http({ port: 0, cors: ['https://site.example'], allowedHosts: ['lamp.example'] })],
  limits: { body: 1000 },
  logger: silentLogger,
});
let base = '';

const lamp: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: {
      level: { type: 'integer', maximum: 100, observable: true },
      fixed: { type: 'string', readOnly: true },
      'a,b': { type: 'integer' },
    },
    actions: { fade: { synchronous: false }, toggle: {} },
    events: { hot: {} },
  },
  options: {},
  handlers: () => ({
    properties: { level: { initial: 5 }, fixed: { initial: 'f' }, 'a,b': { initial: 1 } },
    actions: { fade: () => new Promise(() => {}), toggle: () => undefined },
  }),
};

beforeAll(async () => {
  await servient.expose(lamp);
  for (const title of ['B', 'C']) await servient.expose({ ...lamp, td: { title } });
  base = servient.addresses[0] ?? '';
});
afterAll(() => servient.stop());

/** A request whose Host and target are sent as they are. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  port: number | string = new URL(base).port,
): Promise<number | undefined> {
  const { hostname } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('TDs', () => {
  test('have their media type, an ETag, and 304', async () => {
    const response = await fetch(`${base}/things/lamp`);
    expect(response.headers.get('content-type')).toBe('application/td+json');
    expect(response.headers.get('vary')).toContain('Accept');
    const etag = response.headers.get('etag') ?? '';
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await fetch(`${base}/things/lamp`, { headers: { 'if-none-match': tag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    const json = await fetch(`${base}/things/lamp`, { headers: { accept: 'application/json' } });
    expect(json.headers.get('content-type')).toBe('application/json');
    const html = await fetch(`${base}/things/lamp`, { headers: { accept: 'image/png' } });
    expect(html.status).toBe(406);
  });

  test('are listed in pages', async () => {
    const first = await fetch(`${base}/things?limit=2`);
    expect(await first.json()).toMatchObject([
      { name: 'lamp', href: '/things/lamp', title: 'Lamp' },
      { name: 'b' },
    ]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const second = await fetch(new URL(next ?? '', base));
    expect(await second.json()).toMatchObject([{ name: 'c' }]);
    expect(second.headers.get('link')).toBeNull();
    for (const wrong of ['limit=0', 'limit=x', 'offset=-1']) {
      expect((await fetch(`${base}/things?${wrong}`)).status).toBe(400);
    }
  });

  test('the servient has one of its own', async () => {
    const td = (await (await fetch(`${base}/.well-known/wot`)).json()) as { links: unknown[] };
    expect(td).toMatchObject({ title: 'Servient' });
    expect(td.links).toContainEqual({
      rel: 'item',
      href: `${base}/things/lamp`,
      type: 'application/td+json',
    });
    expect(await (await fetch(base)).json()).toMatchObject({ things: '/things' });
  });
});

describe('methods', () => {
  test('HEAD is GET without its body, OPTIONS and 405 tell what is offered', async () => {
    const level = `${base}/things/lamp/properties/level`;
    const head = await fetch(level, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1', '']);
    const options = await fetch(level, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, PUT, HEAD, OPTIONS']);
    const refused = await fetch(level, { method: 'DELETE' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, PUT, HEAD, OPTIONS']);
    const fixed = await fetch(`${base}/things/lamp/properties/fixed`, { method: 'PUT', body: '"x"' });
    expect(fixed.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(await fixed.json()).toMatchObject({ status: 405, code: 'PROPERTY_READ_ONLY' });
    const several = {
      method: 'PUT',
      body: '{"fixed":"x"}',
      headers: { 'content-type': 'application/json' },
    };
    const all = await fetch(`${base}/things/lamp/properties`, several);
    expect([all.status, all.headers.get('allow')]).toEqual([405, 'GET, PUT, HEAD, OPTIONS']);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
  });

  test('actions answer 204, or 201 with Location', async () => {
    expect((await fetch(`${base}/things/lamp/actions/toggle`, { method: 'POST' })).status).toBe(204);
    const started = await fetch(`${base}/things/lamp/actions/fade`, { method: 'POST' });
    const location = started.headers.get('location') ?? '';
    expect(started.status).toBe(201);
    expect(await started.json()).toMatchObject({ status: 'running', href: location });
    expect(await (await fetch(base + location)).json()).toMatchObject({ status: 'running' });
    expect((await fetch(base + location, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(base + location)).status).toBe(404);
    const none = '00000000-0000-4000-8000-000000000000';
    for (const path of [
      `lamp/actions/nope/${none}`,
      `nope/actions/fade/${none}`,
      `lamp/actions/toggle/${none}/x`,
    ]) {
      expect((await fetch(`${base}/things/${path}`)).status).toBe(404);
    }
    // A synchronous action has no invocations.
    expect((await fetch(`${base}/things/lamp/actions/toggle/${none}`)).status).toBe(404);
  });

  test('events are streams only', async () => {
    for (const path of ['events/hot', 'events']) {
      expect((await fetch(`${base}/things/lamp/${path}`)).status).toBe(406);
    }
    const stream = { headers: { accept: 'text/event-stream' } };
    const unobservable = await fetch(`${base}/things/lamp/properties/fixed`, stream);
    // GET is offered there: what is not is this representation.
    expect(unobservable.status).toBe(406);
  });

  test('several names may hold commas, encoded or not', async () => {
    const read = async (names: string) =>
      (await fetch(`${base}/things/lamp/properties?names=${names}`)).json();
    expect(await read('level,fixed')).toEqual({ level: 5, fixed: 'f' });
    expect(await read('level%2Cfixed')).toEqual({ level: 5, fixed: 'f' });
    expect(await read('level,a%2Cb')).toEqual({ level: 5, 'a,b': 1 });
    expect(await read('level&names=fixed&names=a%2Cb')).toEqual({ level: 5, fixed: 'f', 'a,b': 1 });
    expect(await read('')).toMatchObject({ status: 400, code: 'NAMES_MISSING' });
  });
});

describe('bodies', () => {
  const put = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${base}/things/lamp/properties/level`, { method: 'PUT', body, headers });

  test('over the limit are refused, declared or not', async () => {
    const long = 'x'.repeat(2000);
    expect(await (await put(long)).json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    const body = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 20; count++)
          controller.enqueue(new TextEncoder().encode('x'.repeat(100)));
        controller.close();
      },
    });
    const streamed = await fetch(`${base}/things/lamp/properties/level`, {
      method: 'PUT',
      body,
      duplex: 'half',
    });
    expect(streamed.status).toBe(413);
  });

  test('of types and codings that are not understood are refused', async () => {
    expect((await put('7', { 'content-type': 'image/png' })).status).toBe(415);
    expect((await put('7', { 'content-encoding': 'zstd' })).status).toBe(415);
    const form = await put('7', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(await form.json()).toMatchObject({
      code: 'FORM_NOT_SUPPORTED',
      detail: expect.stringContaining('--json'),
    });
    expect(
      (await put('7', { 'content-type': 'application/json', 'content-encoding': 'identity' })).status,
    ).toBe(204);
    expect((await put('7', { 'content-type': 'text/html' })).status).toBe(415);
  });

  test('wait for 100-continue', async () => {
    const { hostname, port } = new URL(base);
    const send = (length: number) =>
      new Promise<[boolean, number | undefined]>((resolve, reject) => {
        let continued = false;
        const headers = {
          expect: '100-continue',
          'content-length': length,
          'content-type': 'application/json',
        };
        const sent = request({
          hostname,
          port,
          path: '/things/lamp/properties/level',
          method: 'PUT',
          headers,
          agent: false,
        });
        sent.on('continue', () => {
          continued = true;
          sent.end('7'.padEnd(length));
        });
        sent.on('response', (response) => {
          response.resume();
          resolve([continued, response.statusCode]);
          if (!continued) sent.destroy();
        });
        sent.on('error', reject);
        sent.flushHeaders();
      });
    expect(await send(1)).toEqual([true, 204]);
    expect(await send(5000)).toEqual([false, 413]);
  });
});

describe('the guard', () => {
  test('knows its hosts', async () => {
    const { host, port } = new URL(base);
    for (const allowed of [host, `localhost:${port}`, 'LAMP.example', '[::1]:80']) {
      expect(await raw('/things', { host: allowed })).toBe(200);
    }
    for (const foreign of ['evil.example', '10.0.0.1', '[2001:db8::1]']) {
      expect(await raw('/things', { host: foreign })).toBe(403);
    }
    for (const absurd of ['a b', `${'x'.repeat(5000)}/`, '[::1', 'a:b:c', '%00']) {
      expect(await raw('/things', { host: absurd })).toBe(400);
    }
    expect(await raw('http://localhost/things')).toBe(200);
    expect(await raw('//')).toBe(404);
    expect(await raw('*')).toBe(404);
  });

  test('lets listed origins call, and no others', async () => {
    const call = (origin: string, init: RequestInit = {}) =>
      fetch(`${base}/things/lamp/properties/level`, { ...init, headers: { ...init.headers, origin } });
    const own = await call(base);
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const listed = await call('https://site.example');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://site.example');
    expect(listed.headers.get('vary')).toBe('Origin, Accept');
    const td = await fetch(`${base}/things/lamp`, { headers: { origin: 'https://site.example' } });
    expect(td.headers.get('vary')).toBe('Origin, Accept, Accept-Language, Authorization, Accept-Encoding');
    const headers = { 'access-control-request-method': 'PUT' };
    const asked = await call('https://site.example', { method: 'OPTIONS', headers });
    expect(asked.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(asked.headers.get('vary')).toBe('Origin');
    for (const foreign of ['https://evil.example', 'null']) expect((await call(foreign)).status).toBe(403);
  });
});

describe('behind a proxy', () => {
  test('addresses carry the path of the public base, and its host and origin may call', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const proxied = createServient({ bindings: [http({ port })], publicBase: 'https://site.example/wot/' });
    onTestFinished(() => proxied.stop());
    for (const title of ['Lamp', 'B']) await proxied.expose({ ...lamp, td: { ...lamp.td, title } });
    const call = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);

    const headers = { origin: 'https://site.example' };
    const started = await call('/things/lamp/actions/fade', { method: 'POST', headers });
    const location = String(started.headers.get('location'));
    expect(location).toMatch(/^\/wot\/things\/lamp\/actions\/fade\//);
    expect(await started.json()).toMatchObject({ href: location });
    const status = await call(location.replace('/wot', ''));
    expect(await status.json()).toMatchObject({ href: location });
    expect(await (await call('/things/lamp/actions')).json()).toMatchObject({ fade: [{ href: location }] });
    const list = await call('/things?limit=1');
    expect(list.headers.get('link')).toBe('</wot/things?offset=1&limit=1>; rel="next"');
    expect(await list.json()).toMatchObject([{ href: '/wot/things/lamp' }]);
    expect(await (await call('/')).json()).toEqual({ things: '/wot/things', td: '/wot/.well-known/wot' });
    expect(await raw('/things', { host: 'site.example' }, port)).toBe(200);
    expect((await call('/things', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });
});
