import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router } from 'express';
import { createServient, defineThing, http, type ServerBinding, type ServientOptions } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { UpgradeRoute } from '../../src/contracts/http-route.ts';
import { failureOf } from '../support/failure-of.ts';
import { freePort } from '../support/free-port.ts';
import { keepingLogger } from '../support/logged.ts';
import { rawHttp } from '../support/raw-http.ts';

type Options = NonNullable<Parameters<typeof http>[0]>;

const { logger, lines } = keepingLogger();

const lamp = defineThing(
  { title: 'Lamp', properties: { level: { type: 'integer' } }, actions: { echo: { input: {}, output: {} } } },
  { properties: { level: { initial: 5 } }, actions: { echo: (input) => input } },
);

/** A servient with a lamp; stops with the test. */
async function serve(options: Options, more: ServientOptions = {}) {
  const web = http(options);
  const servient = createServient({ bindings: [web], logger, ...more });
  onTestFinished(() => servient.stop());
  await servient.expose(lamp);
  return { servient, web, base: web.httpSide.base };
}

/** A server of the user's own on a free port; closes with the test. */
async function userServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const problemType = 'application/problem+json';

describe('routes of the user beside the Things', () => {
  function shop() {
    const app = express().use(express.json({ limit: 100 }));
    app.get('/big', (_request, response) => void response.send('a'.repeat(5000)));
    app.get('/framed', (_request, response) => {
      response.removeHeader('x-frame-options');
      response.setHeader('content-security-policy', "default-src 'none'").send('framed');
    });
    app.post('/echo', (request, response) => void response.json(request.body));
    app.get('/throws', () => {
      throw new Error('a detail of ours');
    });
    app.get('/gone', (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      throw Object.assign(new Error('Sold out for good.'), { status: 410 });
    });
    return app;
  }

  test('are served with security headers, which they may change, and compressed', async () => {
    const { base } = await serve({ port: 0, mount: shop() });
    const big = await fetch(`${base}/big`);
    expect(await big.text()).toHaveLength(5000);
    const headers = Object.fromEntries(big.headers);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(headers['content-encoding']).toMatch(/br|gzip/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'self';(?!.*upgrade-insecure)/);
    const framed = await fetch(`${base}/framed`);
    expect(framed.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(framed.headers.get('x-frame-options')).toBeNull();
    expect(await (await fetch(`${base}/things/lamp/properties/level`)).text()).toBe('5');
  });

  test.for([
    ['a path that nobody has', 'GET', '/nothing', undefined, 404, 'PATH_UNKNOWN'],
    ['a Thing that is not there', 'GET', '/things/nothing', undefined, 404, 'PATH_UNKNOWN'],
    [
      'a path of ours that cannot be decoded',
      'GET',
      '/things/%zz',
      undefined,
      400,
      'PERCENT_ENCODING_INVALID',
    ],
    ['an error that has a status', 'GET', '/gone', undefined, 410, 'NOT_FOUND'],
    ['a body that cannot be parsed', 'POST', '/echo', '{', 400, 'INVALID'],
    ['a body above the limit of the user', 'POST', '/echo', `"${'a'.repeat(200)}"`, 413, 'TOO_LARGE'],
  ] as const)('%s is a problem', async ([, method, path, body, status, code]) => {
    const { base } = await serve({ port: 0, mount: shop() });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(base + path, { method, ...(body && { body, headers }) });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, problemType]);
    expect(await answer.json()).toMatchObject({ status, code });
  });

  test('failures are told to the log alone', async () => {
    const { base } = await serve({ port: 0, mount: shop() });
    const answer = await fetch(`${base}/throws`);
    const { correlationId, ...problem } = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, problem]).toMatchObject([500, { code: 'INTERNAL', status: 500 }]);
    expect(JSON.stringify(problem)).not.toContain('a detail of ours');
    const line = lines.find(({ facts }) => facts?.['correlationId'] === correlationId);
    expect([line?.level, String(line?.facts?.['error'])]).toEqual(['error', 'Error: a detail of ours']);
  });

  test('are logged without secrets', async () => {
    lines.splice(0);
    const { base } = await serve({ port: 0, mount: shop() });
    const headers = { authorization: 'Bearer hush', cookie: 'hush=1' };
    await (await fetch(`${base}/framed?token=hush`, { headers })).text();
    expect(lines).toMatchObject([
      { level: 'debug', facts: { req: { method: 'GET', url: '/framed' }, res: { statusCode: 200 } } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  test('may be several, routers and middleware', async () => {
    const router = Router().get('/menu', (_request, response) => void response.send('soup'));
    const { base } = await serve({
      port: 0,
      mount: {
        '/shop': router,
        '/raw': (request, response) => void response.end(request.url),
        '/': (_request, response, next) => {
          response.setHeader('x-seen', '1');
          next();
        },
      },
    });
    const menu = await fetch(`${base}/shop/menu`);
    expect([await menu.text(), menu.headers.get('x-powered-by')]).toEqual(['soup', null]);
    expect(await (await fetch(`${base}/raw/deep?q=1`)).text()).toBe('/deep?q=1');
    // What it means is for the route to say.
    expect(await (await fetch(`${base}/raw/%zz`)).text()).toBe('/%zz');
    const unknown = await fetch(`${base}/shop/nothing`);
    expect([unknown.status, unknown.headers.get('x-seen')]).toEqual([404, '1']);
  });

  test('are at their paths also where a proxy leaves its own on them', async () => {
    const port = await freePort();
    await serve({ port, mount: shop() }, { publicBase: 'http://localhost/plant' });
    for (const path of ['/framed', '/plant/framed']) {
      expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toBe('framed');
    }
  });

  test('are behind the same guard', async () => {
    const { base } = await serve({ port: 0, mount: shop(), cors: ['https://site.example'] });
    const asked = await rawHttp(
      base,
      'GET /big HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n',
    );
    expect(asked.body).toContain('HOST_NOT_ALLOWED');
    const foreign = await fetch(`${base}/big`, { headers: { origin: 'https://other.example' } });
    expect(foreign.status).toBe(403);
    const listed = await fetch(`${base}/big`, { headers: { origin: 'https://site.example' } });
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://site.example');
    expect(listed.headers.get('vary')).toMatch(/Origin.*Accept-Encoding/);
    const preflight = await fetch(`${base}/echo`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://site.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-own',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('x-own');
  });
});

describe('in a server of the user', () => {
  test('below a path of express: Things there, the rest goes on', async () => {
    const app = express();
    const { origin } = await userServer(app);
    const { web, servient } = await serve({ mounted: { base: `${origin}/wot/` } });
    app.use('/wot', web.handler, (_request, response) => void response.send('further on'));
    expect(servient.addresses).toEqual([`${origin}/wot`]);
    const td = await (await fetch(`${origin}/wot/things/lamp`)).json();
    const { href } = (td as { properties: { level: { forms: { href: string }[] } } }).properties.level
      .forms[0] as { href: string };
    expect(href).toBe(`${origin}/wot/things/lamp/properties/level`);
    expect(await (await fetch(href)).text()).toBe('5');
    expect(await (await fetch(`${origin}/wot`)).json()).toMatchObject({ things: '/wot/things' });
    expect(await (await fetch(`${origin}/wot/nothing`)).text()).toBe('further on');
    const unknown = await fetch(`${origin}/wot/things/nothing`);
    expect(await unknown.json()).toMatchObject({ status: 404, code: 'PATH_UNKNOWN' });
  });

  test('as listener of node:http, at any path', async () => {
    let listener: RequestListener = () => {};
    const { origin } = await userServer((request, response) => listener(request, response));
    const { web } = await serve({ mounted: { base: `${origin}/wot` } });
    listener = web.handler as RequestListener;
    expect((await fetch(`${origin}/wot/healthz?x`)).status).toBe(200);
    for (const path of ['/', '/things', '/wotever', '/wot/nothing']) {
      expect([path, (await fetch(origin + path)).status]).toEqual([path, 404]);
    }
  });

  test('answers 503 before it starts and after it stopped', async () => {
    const web = http({ mounted: { base: 'http://localhost' } });
    const { origin } = await userServer(express().use(web.handler));
    const servient = createServient({ bindings: [web] });
    const ask = async () => (await (await fetch(`${origin}/things`)).json()) as object;
    expect(await ask()).toMatchObject({ status: 503, code: 'STARTING' });
    await servient.start();
    expect(await ask()).toEqual([]);
    await servient.stop();
    expect(await ask()).toMatchObject({ status: 503, code: 'STARTING' });
  });

  test('is not open to other machines unless that is said', async () => {
    let listener: RequestListener = () => {};
    const { origin } = await userServer((request, response) => {
      Object.defineProperty(request.socket, 'localAddress', { value: '192.0.2.7' });
      listener(request, response);
    });
    const ask = async (insecure: boolean) => {
      const { web } = await serve({ mounted: { base: origin } }, { insecure });
      listener = web.handler as RequestListener;
      return fetch(`${origin}/things`);
    };
    const refused = await ask(false);
    expect(await refused.json()).toMatchObject({ status: 403, code: 'OPEN_BIND_REFUSED' });
    expect((await ask(true)).status).toBe(200);
  });

  test('takes upgrades at its own paths alone', async () => {
    const { server, origin } = await userServer((_request, response) => response.end('of the user'));
    const { web } = await serve({ mounted: { base: `${origin}/wot` } });
    web.httpSide.addUpgrade(echoRoute());
    server.on('upgrade', web.upgrade);
    server.on('upgrade', ({ url }, socket) => {
      if (url === '/chat') socket.end('HTTP/1.1 418 Of the user\r\n\r\n');
    });
    const upgrade = (path: string) => rawHttp(origin, upgradeOf(path, origin));
    expect((await upgrade('/chat')).status).toBe(418);
    expect((await upgrade('/wot/things/nothing')).status).toBe(404);
    expect((await upgrade('/wot/nothing')).status).toBe(404);
    expect(await upgrade('/wot/things?x=1')).toMatchObject({ status: 101, body: '/wot/things?x=1' });
  });

  test('answers all upgrades where nobody else does', async () => {
    const { server, origin } = await userServer((_request, response) => response.end('of the user'));
    const { web } = await serve({ mounted: { base: `${origin}/wot` } });
    server.on('upgrade', web.upgrade);
    const ask = (headers: string) => rawHttp(origin, upgradeOf('/page', origin, headers));
    expect(await ask('Upgrade: h2c\r\nConnection: close\r\n')).toMatchObject({
      status: 200,
      body: 'of the user',
    });
    const { status, body } = await ask('Upgrade: websocket\r\n');
    expect([status, JSON.parse(body)]).toMatchObject([404, { code: 'UPGRADE_UNKNOWN' }]);
  });
});

/** Answers an upgrade with the URL that it was asked for. */
function echoRoute(): UpgradeRoute {
  return {
    matches: (path) => path === '/things',
    upgrade: ({ url }, socket) => void socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${url}`),
  };
}

function upgradeOf(path: string, base: string, headers = 'Upgrade: websocket\r\n'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${new URL(base).host}\r\nConnection: Upgrade\r\n${headers}\r\n`;
}

describe('upgrades', () => {
  test('go to the route of the path, with and without the path of the public base', async () => {
    const port = await freePort();
    const { web } = await serve({ port }, { publicBase: 'http://localhost/plant' });
    const bound = `http://127.0.0.1:${port}`;
    const remove = web.httpSide.addUpgrade(echoRoute());
    for (const path of ['/things?x', '/plant/things']) {
      expect(await rawHttp(bound, upgradeOf(path, bound))).toMatchObject({ status: 101, body: path });
    }
    expect((await rawHttp(bound, upgradeOf('/th%69ngs', bound))).status).toBe(101);
    expect((await rawHttp(bound, upgradeOf('/th%ngs', bound))).status).toBe(400);
    remove();
    const { body, ...head } = await rawHttp(bound, upgradeOf('/things', bound));
    expect(head).toEqual({ status: 404, type: problemType });
    expect(JSON.parse(body)).toMatchObject({ code: 'UPGRADE_UNKNOWN' });
  });

  test('that are not taken leave nothing behind on their connection', async () => {
    const warned: Error[] = [];
    const warn = (warning: Error) => void warned.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const { base } = await serve({ port: 0 });
    const h2c = upgradeOf('/things/lamp/properties/level', base, 'Upgrade: h2c\r\n');
    const last = upgradeOf('/things', base, 'Upgrade: h2c\r\nConnection: close\r\n');
    const { body } = await rawHttp(base, h2c.repeat(20) + last);
    expect(body.match(/HTTP\/1\.1 200/g)).toHaveLength(20);
    expect(warned).toEqual([]);
  });

  test('are guarded, wait for their turn, and a route that breaks breaks nothing else', async () => {
    const { base, web } = await serve({ port: 0 });
    web.httpSide.addUpgrade(echoRoute());
    web.httpSide.addUpgrade({
      matches: (path) => path === '/broken',
      upgrade: () => {
        throw new Error('a detail of ours');
      },
    });
    const code = async (bytes: string) => JSON.parse((await rawHttp(base, bytes)).body).code;
    const foreign = 'Upgrade: websocket\r\nOrigin: https://other.example\r\n';
    expect(await code(upgradeOf('/things', base, foreign))).toBe('ORIGIN_NOT_ALLOWED');
    expect(await code(upgradeOf('/things', 'http://rebound.example'))).toBe('HOST_NOT_ALLOWED');
    expect(await code(upgradeOf('/broken', base))).toBe('INTERNAL');
    const get = `GET /things/lamp/properties/level HTTP/1.1\r\nHost: ${new URL(base).host}\r\n\r\n`;
    const { status, body } = await rawHttp(base, get + upgradeOf('/things', base));
    expect([status, body]).toEqual([200, '5HTTP/1.1 101 Switching Protocols\r\n\r\n/things']);
  });

  test('to anything but WebSocket are served as plain requests', async () => {
    const { base } = await serve({ port: 0 });
    const h2c = 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
    const path = '/things/lamp/actions/echo';
    const post = upgradeOf(path, base, `${h2c}Content-Length: 7\r\n`).replace('GET', 'POST');
    const get = upgradeOf('/things/lamp/properties/level', base, `${h2c}Connection: close\r\n`);
    const { status, body } = await rawHttp(base, `${post}"body"`, ' ', get);
    expect([status, body.slice(0, 6), body.slice(-1)]).toEqual([200, '"body"', '5']);
    expect(body.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  });
});

test.for([
  ['HTTP/1.0', ['HTTP/1.1', 'HTTP/1.0'], 200],
  ['a POST', ['GET', 'POST'], 405],
] as const)('an upgrade by %s is served as a plain request', async ([, [was, is], status]) => {
  const { base, web } = await serve({ port: 0 });
  web.httpSide.addUpgrade(echoRoute());
  const bytes = upgradeOf('/things', base, 'Upgrade: websocket\r\nConnection: close\r\n').replace(was, is);
  expect((await rawHttp(base, bytes)).status).toBe(status);
});

describe('what operators ask', () => {
  const ask = async (url: string, method = 'GET') => {
    const answer = await fetch(url, { method });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  test('health, and readiness with what is missing', async () => {
    const faults: string[] = [];
    const { web, servient } = await serve({ port: 0 });
    await servient.stop();
    const broken: ServerBinding = {
      name: 'broken',
      addresses: [],
      fault: () => faults[0],
      start: async () => {},
      forms: () => ({ forms: [], properties: {}, actions: {}, events: {} }),
      expose: async () => {},
      unexpose: async () => {},
      stop: async () => {},
    };
    const both = createServient({ bindings: [web, broken] });
    onTestFinished(() => both.stop());
    await both.start();
    const { base } = web.httpSide;
    expect(await ask(`${base}/healthz`)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await ask(`${base}/readyz`)).toMatchObject({ status: 200, text: '{"status":"ready"}' });
    faults.push('The broker is away.');
    const { status, text } = await ask(`${base}/readyz`);
    expect([status, JSON.parse(text)]).toMatchObject([503, { code: 'NOT_READY', detail: faults[0] }]);
    expect(await ask(`${base}/healthz`)).toMatchObject({ status: 200 });
  });

  test('metrics of the servient, the server and the process', async () => {
    const { base } = await serve({ port: 0 });
    for (const path of ['/things', '/nothing', '/things']) await ask(base + path);
    const { headers, text } = await ask(`${base}/metrics`);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const address = `address="${base}"`;
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '# TYPE thingwright_things gauge',
        'thingwright_things 1',
        '# TYPE thingwright_http_requests_total counter',
        `thingwright_http_requests_total{${address},method="GET",status="2xx"} 2`,
        `thingwright_http_requests_total{${address},method="GET",status="4xx"} 1`,
        `thingwright_http_streams{${address}} 0`,
        '# TYPE process_cpu_seconds_total counter',
      ]),
    );
    expect(text).toMatch(/^thingwright_http_request_duration_seconds_total\{.*\} 0\.\d+$/m);
    expect(text).toMatch(/^thingwright_http_connections\{.*\} [1-9]/m);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(|# (HELP|TYPE) \w+ .+|\w+(\{.+\})? \S+)$/);
  });

  test.for([
    '/',
    '/things',
    '/.well-known/wot',
    '/things/lamp',
    '/things/lamp/openapi.json',
    '/healthz',
    '/readyz',
    '/metrics',
  ])('%s has HEAD and OPTIONS, and refuses DELETE', async (path) => {
    const { base } = await serve({ port: 0 });
    expect(await ask(base + path, 'HEAD')).toMatchObject({ status: 200, text: '' });
    for (const method of ['OPTIONS', 'DELETE']) {
      const { status, headers } = await ask(base + path, method);
      expect([status, headers.get('allow')]).toEqual([method === 'DELETE' ? 405 : 204, 'GET, HEAD, OPTIONS']);
    }
  });
});

test.for(['*', 'https://site.example/', 'https://Site.example', 'https://site.example:443', 'site.example'])(
  'an origin that no browser sends is refused: %s',
  async (origin) => {
    const refused = await failureOf(() => serve({ port: 0, cors: ['https://ok.example', origin] }));
    expect(refused).toMatch(/^invalid CORS_ORIGIN_INVALID: .*e\.g\. "https:\/\/site\.example"/);
  },
);

test('origins of pages, apps and extensions are taken', async () => {
  const cors = ['http://[::1]:3000', 'https://site.example', 'capacitor://localhost', 'null'];
  await expect(serve({ port: 0, cors })).resolves.toBeDefined();
});

describe('options that do not fit together are refused', () => {
  const nothing = () => {};
  test.for<readonly [string, Options, RegExp]>([
    ['HTTP/2 with a mount', { http2: true, mount: nothing }, /^invalid HTTP2_WITH_EXPRESS: .*leave out one/],
    ['HTTP/2 without TLS', { http2: true }, /^invalid HTTP_OPTIONS_INVALID: .*needs `tls`/],
    [
      'a port of another',
      { port: 80, mounted: { base: 'http://localhost' } },
      /`port` goes with a server of ours/,
    ],
    [
      'a base that is no address',
      { mounted: { base: 'localhost/wot' } },
      /must be the address.*"localhost\/wot"/,
    ],
    ['a path of ours', { mount: { '/healthz': nothing } }, /cannot have "\/healthz".*choose another/],
  ])('%s', async ([, options, message]) => {
    expect(await failureOf(() => http(options))).toMatch(message);
  });
});
