import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { createServient, defineThing, http } from 'thingwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { rawHttp } from '../support/raw-http.ts';
import { needs } from '../support/system-parts.ts';

const parts = needs('openssl', 'curl');
const written: unknown[] = [];
const lamp = defineThing(
  {
    title: 'Lamp',
    properties: { level: { type: 'integer', observable: true } },
    actions: { fade: { synchronous: false } },
  },
  {
    properties: { level: { read: () => 5, write: (value) => void written.push(value) } },
    actions: { fade: () => new Promise(() => {}) },
  },
);
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const level = '/things/lamp/properties/level';

describe.skipIf(parts.missing)(`TLS${parts.note}`, () => {
  const { key, cert, other } = parts.missing ? { key: '', cert: '', other: '' } : certificates();
  const web = http({ port: 0, tls: { key, cert }, http2: true, requestTimeout: 300 });
  const servient = createServient({ bindings: [web], limits: { body: 1000 } });
  let port = 0;
  let base = '';

  beforeAll(async () => {
    await servient.expose(lamp);
    base = web.httpSide.base;
    port = Number(new URL(base).port);
  });
  afterAll(() => servient.stop());

  test('is HTTP/1.1 with no more said', async () => {
    const plain = http({ port: 0, tls: { key, cert } });
    const its = createServient({ bindings: [plain] });
    onTestFinished(() => its.stop());
    await its.expose(lamp);
    const { base: address } = plain.httpSide;
    expect(address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await get(address + level)).toEqual({ version: '1.1', status: 200, body: '5' });
    const socket = connectTls({
      port: Number(new URL(address).port),
      ca: cert,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(socket, 'secureConnect');
    expect([socket.alpnProtocol, socket.getProtocol()]).toEqual(['http/1.1', 'TLSv1.3']);
    socket.destroy();
  });

  /** Over HTTP/1.1. */
  async function get(url: string) {
    const sent = request(url, { ca: cert, agent: false }).end();
    const [answer] = await once(sent, 'response');
    return { version: answer.httpVersion, status: answer.statusCode, body: await text(answer) };
  }

  test('refuses what is no TLS or an old one, and stays up', async () => {
    const old = connectTls({
      port,
      ca: cert,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    const [refused] = await once(old, 'error');
    expect(refused.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    for (const bytes of [
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      '\x16\x03\x01\x00\x05hello',
      '\x00'.repeat(100),
    ]) {
      const socket = connectTcp(port).on('error', () => {});
      socket.end(bytes);
      await once(socket.resume(), 'close');
    }
    const plain = await rawHttp(base, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect([plain.status, JSON.parse(plain.body)]).toMatchObject([400, { code: 'TLS_EXPECTED' }]);
    expect(await get(base + level)).toMatchObject({ status: 200 });
    const connections = () => web.metrics?.().find(({ name }) => name === 'thingwright_http_connections');
    await expect.poll(connections).toMatchObject({ samples: [{ value: 0 }] });
  });

  test.for([
    [
      'a key that is none',
      () => ({ key: 'key.pem', cert }),
      /TLS_KEY_INVALID: `tls.key` is not .* contents of the file/,
    ],
    ['a certificate that is none', () => ({ key, cert: key }), /TLS_CERTIFICATE_INVALID: `tls.cert`/],
    ['an authority that is none', () => ({ key, cert, ca: 'ca' }), /TLS_CA_INVALID: `tls.ca`/],
    [
      'a key of another',
      () => ({ key: other, cert }),
      /TLS_KEY_MISMATCH: .*\(CN=localhost\).* belong together/,
    ],
  ] as const)('%s is refused', async ([, tls, message]) => {
    expect(await failureOf(() => http({ tls: tls() }))).toMatch(message);
  });

  describe('HTTP/2', () => {
    let session: ClientHttp2Session;
    beforeAll(async () => {
      session = connectHttp2(base, { ca: cert });
      await once(session, 'connect');
    });
    afterAll(() => session.close());

    async function ask(headers: OutgoingHttpHeaders, body?: string) {
      const stream = session.request(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      const [answer] = await once(stream, 'response');
      return { status: answer[':status'], headers: answer, body: await text(stream) };
    }

    const put = { ':method': 'PUT', ':path': level, 'content-type': 'application/json' };
    const post = { ':method': 'POST', ':path': '/things/lamp/actions/fade' };

    test.for<readonly [string, OutgoingHttpHeaders, string | undefined, number, string]>([
      ['reads', { ':path': level }, undefined, 200, '5'],
      ['writes', put, '7', 204, ''],
      ['writes once asked to go on', { ...put, expect: '100-continue' }, '7', 204, ''],
      ['invokes', post, undefined, 201, '"status":"running"'],
      ['HEAD', { ':method': 'HEAD', ':path': '/things/lamp' }, undefined, 200, ''],
      ['OPTIONS', { ':method': 'OPTIONS', ':path': '/things/lamp' }, undefined, 204, ''],
      ['metrics', { ':path': '/metrics' }, undefined, 200, 'thingwright_things 1'],
      ['a path that is not there', { ':path': '/nothing' }, undefined, 404, 'PATH_UNKNOWN'],
      [
        'a method that is not offered',
        { ':method': 'DELETE', ':path': level },
        undefined,
        405,
        'METHOD_NOT_ALLOWED',
      ],
      ['a value that does not fit', put, '"x"', 400, '"errors":'],
      ['a body above the limit', put, ' '.repeat(100_000), 413, 'BODY_TOO_LARGE'],
      [
        'a declared body above the limit',
        { ...put, 'content-length': 2000 },
        ' '.repeat(2000),
        413,
        'BODY_TOO_LARGE',
      ],
      ['an unknown expectation', { ':path': level, expect: 'foo' }, undefined, 417, 'EXPECTATION_UNKNOWN'],
      [
        'another name',
        { ':path': level, ':authority': 'rebound.example' },
        undefined,
        403,
        'HOST_NOT_ALLOWED',
      ],
      [
        'a foreign page',
        { ':path': level, origin: 'https://other.example' },
        undefined,
        403,
        'ORIGIN_NOT_ALLOWED',
      ],
    ])('%s', async ([, headers, body, status, contained]) => {
      const answer = await ask(headers, body);
      expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(contained)]);
    });

    test('streams', async () => {
      const stream = session.request({ ':path': level, accept: 'text/event-stream' });
      let told = '';
      for await (const chunk of stream) {
        told += chunk;
        if (told.includes('data: 5\n\n')) break;
      }
      expect(told).toMatch(/event: level\nid: .*\ndata: 5\n\n/);
    });

    test('CONNECT is refused', async () => {
      const stream = session.request({ ':method': 'CONNECT', ':authority': 'a:1' });
      const [answer] = await once(stream, 'response');
      expect([answer[':status'], JSON.parse(await text(stream))]).toMatchObject([
        501,
        { code: 'CONNECT_NOT_OFFERED' },
      ]);
      stream.end();
    });

    test('a body that breaks off, or does not come, is no body', async () => {
      written.splice(0);
      const cut = connectHttp2(base, { ca: cert }).on('error', () => {});
      const half = cut.request(put).on('error', () => {});
      await new Promise((resolve) => half.write('12', resolve));
      // What is answered later tells that the server has seen it.
      const seen = cut.request({ ':path': level }).resume();
      await once(seen, 'end');
      cut.destroy();
      const slow = session.request(put);
      slow.write('12');
      await once(slow, 'close');
      expect(slow.rstCode).toBe(constants.NGHTTP2_CANCEL);
      expect(written).toEqual([]);
      expect((await ask({ ':path': level })).status).toBe(200);
    });

    test('is an offer: HTTP/1.1 and WebSocket work on the same port', async () => {
      expect(await get(base + level)).toEqual({ version: '1.1', status: 200, body: '5' });
      const remove = web.httpSide.addUpgrade({
        matches: (path) => path === '/things',
        upgrade: (_request, socket) => void socket.end(switching),
      });
      onTestFinished(remove);
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      const upgrade = request(`${base}/things`, { ca: cert, agent: false, headers }).end();
      const [{ statusCode }] = await once(upgrade, 'upgrade');
      expect(statusCode).toBe(101);
      const h2c = request(base + level, {
        ca: cert,
        agent: false,
        headers: { ...headers, upgrade: 'h2c' },
      }).end();
      const [answer] = await once(h2c, 'response');
      expect([answer.statusCode, await text(answer)]).toEqual([200, '5']);
    });

    test('curl agrees on it', async () => {
      const arguments_ = ['--http2', '-sk', '-m', '10', '-w', ' %{http_version} %{http_code}', base + level];
      const { stdout } = await promisify(execFile)(parts.command('curl'), arguments_);
      expect(stdout).toBe('5 2 200');
    });
  });
});

function certificates() {
  return { ...makeCertificate(), other: makeCertificate().key };
}
