import { EventEmitter, getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import type { ClientBinding, ClientRequest, NotificationListener } from '../../src/contracts/binding.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { needs } from '../support/system-parts.ts';

let servers: TcpServer[];
let client: ClientBinding;
let sockets: { open: number; most: number; made: number };

beforeEach(() => {
  servers = [];
  sockets = { open: 0, most: 0, made: 0 };
  client = httpClient({ connections: 4 });
});

afterEach(async () => {
  await client.stop();
  for (const server of servers) server.close();
});

/** Listens and counts its connections; tells `idle` when there is none left. */
async function listening(server: TcpServer, scheme = 'http'): Promise<string> {
  const counted = sockets;
  servers.push(server.listen(0, '127.0.0.1'));
  server.on('connection', (socket) => {
    counted.open += 1;
    counted.made += 1;
    counted.most = Math.max(counted.most, counted.open);
    socket.on('error', () => {});
    socket.on('close', () => {
      counted.open -= 1;
      if (counted.open === 0) idle.emit('idle');
    });
  });
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
}

const idle = new EventEmitter();

function serving(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  return listening(createServer(handler));
}

function read(href: string, more: Partial<ClientRequest> = {}): Promise<unknown> {
  return client.request({ op: 'readproperty', form: { href }, timeout: 10_000, ...more });
}

const listener: NotificationListener = { next: () => {}, failed: () => {}, ended: () => {} };

describe('the connections of a client', () => {
  it('are few to one origin, whatever is asked at once, and subscriptions take none of them', async () => {
    const href = await serving((request, response) => {
      if (request.headers.accept === 'text/event-stream')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      else response.end('1');
    });
    const form = { href, subprotocol: 'sse' };
    const subscribe = () => client.subscribe({ op: 'observeproperty', form, timeout: 5000 }, listener);
    await Promise.all(Array.from({ length: 10 }, subscribe));
    expect(sockets.open).toBe(10);
    await Promise.all(Array.from({ length: 1000 }, () => read(href)));
    expect(sockets.most).toBe(14);
  });

  it('all close when thousands of requests are given up, and nothing listens any more', async () => {
    let asked = 0;
    let awake = false;
    const href = await serving((_, response) => {
      asked += 1;
      if (awake) response.end('1');
      else if (asked % 3 === 0) response.writeHead(200).write('1'); // some wait for the head, some for the body
    });
    const giving = new AbortController();
    await failureOf(() => read(href, { timeout: 1 }));
    const patient = Array.from({ length: 2000 }, () => read(href, { signal: giving.signal, timeout: 0 }));
    const hasty = Array.from({ length: 2000 }, () => read(href, { signal: giving.signal, timeout: 50 }));
    const outcomes = Promise.allSettled([...patient, ...hasty]);
    await Promise.allSettled(hasty);
    giving.abort(new Error('enough'));
    const reasons = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason);
    expect(reasons.slice(0, 2000).every(({ message }) => message === 'enough')).toBe(true);
    expect(reasons.slice(2000).every(({ code }) => code === 'RESPONSE_TIMEOUT')).toBe(true);
    expect(getEventListeners(giving.signal, 'abort')).toEqual([]);
    if (sockets.open > 0) await once(idle, 'idle');
    awake = true;
    await read(href);
    expect(sockets.made).toBeLessThan(50);
  });
});

const { missing, note } = needs('openssl');

it('a client that is stopped fails all that it was asked, what waits included', async () => {
  const href = await serving(() => {});
  const outcomes = Promise.all(
    Array.from({ length: 3000 }, () => failureOf(() => read(href, { timeout: 0 }))),
  );
  while (sockets.open < 4) await new Promise((resolve) => setImmediate(resolve));
  await client.stop();
  expect(new Set((await outcomes).map((failure) => failure.split(':')[0]))).toEqual(
    new Set(['unavailable CLIENT_STOPPED']),
  );
});

describe.skipIf(missing)(`https${note}`, () => {
  let cert: string;

  function answering(): Promise<string> {
    const made = makeCertificate();
    cert = made.cert;
    return listening(
      createTlsServer(made, (_, response) => response.end('1')),
      'https',
    );
  }

  it('refuses a certificate that nobody vouches for, and says what helps', async () => {
    const failure = await failureOf(async () => read(await answering()));
    expect(failure).toMatch(/^internal CERTIFICATE_NOT_TRUSTED: .*self-signed certificate.* option ca /);
  });

  it('trusts the authority that it is given, for the names in the certificate', async () => {
    const href = await answering();
    const trusting = httpClient({ ca: cert });
    const ask = (address: string) =>
      trusting.request({ op: 'readproperty', form: { href: address }, timeout: 5000 });
    expect(String((await ask(href)).content?.body)).toBe('1');
    const failure = await failureOf(() => ask(href.replace('127.0.0.1', '0.0.0.0')));
    expect(failure).toMatch(/^internal CERTIFICATE_NOT_TRUSTED: .*0\.0\.0\.0.*address that it names/);
    await trusting.stop();
  });

  it('refuses what is no PEM', async () => {
    expect(await failureOf(() => httpClient({ ca: 'nonsense' }))).toMatch(/^invalid CA_INVALID/);
  });

  it('says that the other side speaks no TLS', async () => {
    const href = await serving((_, response) => response.end('1'));
    expect(await failureOf(() => read(href.replace('http:', 'https:')))).toMatch(
      /^unavailable CONNECTION_FAILED: GET https:.* was not sent, for the peer speaks no TLS; use http:/,
    );
  });
});

describe('servers that take HTTP lightly', () => {
  function saying(...pieces: readonly string[]): Promise<string> {
    return listening(
      createTcpServer((socket) => {
        socket.once('data', () => socket.end(pieces.join('')));
      }),
    );
  }

  it.each<[string, string]>([
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n1'],
    ['informational answers', 'HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n1'],
    ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nx-sum: 1\r\n\r\n'],
    ['more than it announced', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1surplus'],
  ])('are understood: %s', async (_, bytes) => {
    const answer = await client.request({
      op: 'readproperty',
      form: { href: await saying(bytes) },
      timeout: 5000,
    });
    expect(answer.content).toMatchObject({ type: 'application/json' });
    expect(String(answer.content?.body)).toBe('1');
  });

  it.each<[string, string, string]>([
    ['less than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1', 'CONNECTION_FAILED'],
    ['nothing', '', 'CONNECTION_FAILED'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'RESPONSE_MALFORMED'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nz\r\n', 'RESPONSE_MALFORMED'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 'RESPONSE_MALFORMED'],
    ['a part', 'HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-0/9\r\n\r\n1', 'HTTP status 206'],
    ['a move to nowhere', 'HTTP/1.1 301 Moved\r\n\r\n', 'HTTP status 301'],
    [
      'an upgrade',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'RESPONSE_MALFORMED',
    ],
    [
      'leave to go on that nobody asked for',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1',
      'was answered with HTTP status 100 Continue, which it did not ask for',
    ],
  ])('are refused: %s', async (_, bytes, failure) => {
    const href = await saying(bytes);
    expect(await failureOf(() => read(href))).toContain(failure);
    if (/ 10[01] /.test(bytes)) expect(sockets.made).toBe(1); // it would answer the same again
  });

  it.each([204, 205])('are believed that there is no content: %i', async (status) => {
    const href = await saying(
      `HTTP/1.1 ${status} x\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n`,
    );
    expect(await read(href)).toEqual({});
  });
});
