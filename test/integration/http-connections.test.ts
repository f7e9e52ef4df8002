import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ConnectionRefusals } from '../../src/bindings/http/connection-refusals.ts';
import { Connections } from '../../src/bindings/http/connections.ts';
import { type HttpOptions, http } from '../../src/bindings/http/http-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { rawHttp } from '../support/raw-http.ts';

const servient = createServient({ bindings: [http({ port: 0 })], limits: { body: 1000 } });
let base = '';
let reading = Promise.withResolvers<void>();
let answer = Promise.withResolvers<number>();

const lamp: ThingDefinition = {
  td: { title: 'Lamp', properties: { slow: { type: 'integer' } } },
  options: {},
  handlers: () => ({
    properties: {
      slow: {
        read: () => {
          reading.resolve();
          return answer.promise;
        },
        write: () => {},
      },
    },
  }),
};

beforeAll(async () => {
  await servient.expose(lamp);
  base = String(servient.addresses[0]);
});
afterAll(() => servient.stop());

const path = '/things/lamp/properties/slow';
const requestOf = (line: string, headers = '') =>
  `${line} HTTP/1.1\r\nHost: ${new URL(base).host}\r\n${headers}\r\n`;

describe('bytes that are not HTTP, after a request', () => {
  test.for([
    ['one', 1],
    ['two', 2],
  ] as const)('%s under way: are answered after it', async ([, count]) => {
    reading = Promise.withResolvers();
    answer = Promise.withResolvers();
    const get = requestOf(`GET ${path}`);
    const answered = rawHttp(base, `${get.repeat(count)}no HTTP\r\n\r\n`, 'and more\r\n\r\n');
    await reading.promise;
    answer.resolve(7);
    const { status, body } = await answered;
    expect(status).toBe(200);
    expect(body.match(/^7|\r\n\r\n7/gm)).toHaveLength(count);
    expect(body.match(/HTTP\/1.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 400');
    expect(body).toMatch(/"code":"HTTP_MALFORMED".*}$/);
  });

  test('in its body: are its answer', async () => {
    reading = Promise.withResolvers();
    answer = Promise.withResolvers();
    const chunked = requestOf(`PUT ${path}`, 'Transfer-Encoding: chunked\r\n');
    const answered = rawHttp(base, `${requestOf(`GET ${path}`)}${chunked}zz\r\n`);
    await reading.promise;
    answer.resolve(7);
    const { status, body } = await answered;
    expect([status, body.slice(0, 1)]).toEqual([200, '7']);
    expect(body).toMatch(/HTTP\/1.1 400 .*"code":"HTTP_MALFORMED"/s);
  });
});

describe('a problem body tells', () => {
  test.for([
    [
      'two Hosts',
      'GET / HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nhost: a\r\n\r\n',
      400,
      'HOST_INVALID',
    ],
    ['no Host', `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400, 'HOST_INVALID'],
    [
      'an unknown expectation',
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: foo\r\n\r\n`,
      417,
      'EXPECTATION_UNKNOWN',
    ],
    [
      'a version that is not spoken here',
      `GET ${path} HTTP/2.0\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      505,
      'HTTP_VERSION_UNKNOWN',
    ],
    [
      'another host in an absolute target',
      `GET http://rebound.example${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      403,
      'HOST_NOT_ALLOWED',
    ],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 501, 'CONNECT_NOT_OFFERED'],
  ] as const)('%s', async ([, bytes, status, code]) => {
    const { body, ...head } = await rawHttp(base, bytes);
    expect(head).toEqual({ status, type: 'application/problem+json' });
    expect(JSON.parse(body)).toMatchObject({ status, code });
  });

  test('a request that did not arrive in time, and the connection ends', async () => {
    const clock = fakeClock();
    const socket = new PassThrough();
    const late = Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    const refusals = new ConnectionRefusals(clock, new Connections({ most: 1, mostPerClient: 1 }));
    for (let times = 0; times < 2; times++) refusals.malformed(late, socket);
    const answered = await text(socket);
    expect(answered).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(JSON.parse(answered.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 408, kind: 'timeout' });
    const silent = new PassThrough();
    refusals.malformed(late, silent);
    expect(silent.destroyed).toBe(false);
    clock.advance(2000);
    expect(silent.destroyed).toBe(true);
  });
});

describe('is answered', () => {
  test.for([
    [
      'an absolute target, whatever its Host (RFC 9112 section 3.2.2)',
      'GET http://localhost/things HTTP/1.1',
      'Host: rebound.example',
      200,
    ],
    ['HTTP/1.0 without Host', 'GET /things HTTP/1.0', 'X: y', 200],
    ['HTTP/1.0 with a Host that is not ours', 'GET /things HTTP/1.0', 'Host: rebound.example', 403],
    ['a host name with a dot at its end', 'GET /things HTTP/1.1', 'Host: LocalHost.:80', 200],
    ['OPTIONS * (RFC 9110 section 9.3.7)', 'OPTIONS * HTTP/1.1', 'Host: localhost', 204],
  ] as const)('%s', async ([, line, header, status]) => {
    const socket = connect(Number(new URL(base).port));
    socket.write(`${line}\r\n${header}\r\nConnection: close\r\n\r\n`);
    const answered = await text(socket);
    expect(answered).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answered.includes('\r\nallow: GET, HEAD, PUT')).toBe(status === 204);
  });
});

test('a failure of the failure handling ends the connection, and nothing else', async () => {
  const broken = () => {
    throw new Error('The disk is full.');
  };
  const logger = { debug: broken, info: () => {}, warn: broken, error: broken };
  const own = createServient({ bindings: [http({ port: 0, mount: broken })], logger });
  onTestFinished(() => own.stop());
  await own.expose(lamp);
  const its = String(own.addresses[0]);
  const failing = {
    ...lamp,
    td: { ...lamp.td, title: 'Failing' },
    handlers: () => ({ properties: { slow: { read: broken } } }),
  };
  await own.expose(failing);
  await expect(fetch(`${its}/things/failing/properties/slow`)).rejects.toThrow();
  expect((await fetch(`${its}/things`)).status).toBe(200);
});

describe('limits', () => {
  async function serve(options: HttpOptions, thing = lamp) {
    const own = createServient({ bindings: [http({ port: 0, ...options })] });
    onTestFinished(() => own.stop());
    await own.expose(thing);
    return String(own.addresses[0]);
  }

  test.for([
    ['a head', 'GET /things HTTP/1.1\r\nHost: localhost\r\n'],
    ['a body', `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n1`],
    ['a chunked body', `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n`],
    ['nothing', ''],
  ] as const)('%s that does not come is told so', async ([, bytes]) => {
    const { status, body } = await rawHttp(await serve({ headersTimeout: 100, requestTimeout: 200 }), bytes);
    expect([status, body]).toEqual([408, expect.stringContaining('"code":"REQUEST_TIMEOUT"')]);
  });

  test('a client with too many connections is told so, once it closes one it is served', async () => {
    const its = await serve({ maxConnectionsPerClient: 2 });
    const { hostname, port } = new URL(its);
    const held = [1, 2].map(() => connect(Number(port), hostname));
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    const refused = await rawHttp(its, '');
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body)).toMatchObject({ status: 429, code: 'CONNECTIONS_PER_CLIENT' });
    held[0]?.destroy();
    const get = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    await expect.poll(async () => (await rawHttp(its, get)).status).toBe(200);
    held[1]?.destroy();
  });

  test('a server with too many connections tells when to come back', async () => {
    const its = await serve({ maxConnections: 1 });
    const { hostname, port } = new URL(its);
    const held = connect(Number(port), hostname);
    await once(held, 'connect');
    const refused = await text(connect(Number(port), hostname));
    expect(refused).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 30\r\n.*"code":"CONNECTIONS_EXHAUSTED"/s);
    held.destroy();
  });
});

describe('a client that sends all before it reads', () => {
  /** Writes everything, then reads; rejects where the connection broke meanwhile. */
  async function sendAll(head: string, pieces: number): Promise<string> {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}); // the write that fails tells it
    const piece = Buffer.alloc(1024 * 1024, '[');
    socket.write(`${head}Content-Length: ${pieces * piece.length}\r\n\r\n`);
    for (let count = 0; count < pieces; count++) {
      await new Promise<void>((resolve, reject) => {
        socket.write(piece, (error) => (error ? reject(error) : resolve()));
      });
    }
    return text(socket);
  }

  test.for([
    ['a body above the limit', `PUT ${path}`, 413],
    ['a path that is not there', 'PUT /nothing', 404],
  ] as const)('gets to read of %s', async ([, line, status]) => {
    const answered = await sendAll(requestOf(line).slice(0, -2), 20);
    expect(answered).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answered).toMatch(/\r\nconnection: close\r\n.*"code":/is);
  });

  test('is cut off at a bound', async () => {
    await expect(sendAll(requestOf(`PUT ${path}`).slice(0, -2), 200)).rejects.toMatchObject({
      syscall: 'write',
    });
  });
});
