import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import type { ClientBinding, ClientRequest, Notification } from '../../src/contracts/binding.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { Form, Op } from '../../src/contracts/td.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { fetchTd } from '../support/fetch-td.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let base: string;
let client: ClientBinding;
let clock: FakeClock;
let answer: Handler;
let seen: IncomingMessage[];

beforeEach(async () => {
  seen = [];
  clock = fakeClock();
  server = createServer(async (request, response) => {
    seen.push(request);
    const chunks = await request.toArray();
    answer(request, response, Buffer.concat(chunks).toString());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = httpClient({ clock, random: () => 1, maxBody: 1000 });
});

afterEach(async () => {
  await client.stop();
  server.closeAllConnections();
  server.close();
});

function request(op: Op, form: Partial<Form> = {}, more: Partial<ClientRequest> = {}): ClientRequest {
  return {
    op,
    form: { href: `${base}/x`, contentType: 'application/json', ...form },
    timeout: 5000,
    ...more,
  };
}

async function failure(promise: Promise<unknown>): Promise<WotError> {
  const error = await promise.then(
    () => expect.fail('should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WotError);
  return error as WotError;
}

/** Collects a subscription; `until` waits for a number of lines. */
function recorder() {
  const lines: string[] = [];
  const notifications: Notification[] = [];
  let wake = (): void => {};
  const add = (line: string): void => {
    lines.push(line);
    wake();
  };
  return {
    lines,
    notifications,
    async until(count: number): Promise<readonly string[]> {
      while (lines.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return lines;
    },
    next(notification: Notification) {
      notifications.push(notification);
      add(notification.content === undefined ? 'none' : Buffer.from(notification.content.body).toString());
    },
    gap: (gap: object) => add(`gap ${JSON.stringify(gap)}`),
    failed: (error: Error) => add(`failed ${(error as WotError).code}`),
    ended: () => add('ended'),
  };
}

describe('requests', () => {
  it.each<[Op, Partial<Form>, string]>([
    ['readproperty', {}, 'GET'],
    ['writeproperty', {}, 'PUT'],
    ['invokeaction', {}, 'POST'],
    ['queryaction', {}, 'GET'],
    ['cancelaction', {}, 'DELETE'],
    ['readallproperties', {}, 'GET'],
    ['writemultipleproperties', {}, 'PUT'],
    ['queryallactions', {}, 'GET'],
    ['writeproperty', { 'htv:methodName': 'PATCH' }, 'PATCH'],
    ['invokeaction', { 'http:methodName': 'PUT' }, 'PUT'],
    ['readproperty', { 'htv:methodName': 'get' }, 'GET'],
  ])('%s %j is a %s', async (op, form, method) => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await client.request(request(op, form))).toEqual({});
    expect(seen[0]?.method).toBe(method);
  });

  it('sends content, its type, the expected type and the headers of the form', async () => {
    let received = '';
    answer = (_, response, body) => {
      received = body;
      response.writeHead(200, { 'content-type': 'application/cbor' }).end('ok');
    };
    const content = { type: 'application/json', body: Buffer.from('[1]') };
    const headers = [{ 'htv:fieldName': 'X-Zone', 'htv:fieldValue': 'a' }];
    const form = { response: { contentType: 'application/cbor' }, 'htv:headers': headers };
    const response = await client.request(request('invokeaction', form, { content }));
    expect(received).toBe('[1]');
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/cbor',
      'x-zone': 'a',
    });
    expect(response.content?.type).toBe('application/cbor');
  });

  it('makes a Location absolute', async () => {
    answer = (_, response) => response.writeHead(201, { location: '../i/7' }).end('{}');
    const response = await client.request(request('invokeaction', { href: `${base}/a/b/c` }));
    expect(response.location).toBe(`${base}/a/i/7`);
  });

  it('keeps connections', async () => {
    answer = (_, response) => response.end('1');
    for (let sent = 0; sent < 10; sent++) await client.request(request('readproperty'));
    expect(new Set(seen.map(({ socket }) => socket)).size).toBeLessThanOrEqual(2);
  });

  it('leaves out headers without a name', async () => {
    answer = (_, response) => response.end('1');
    await client.request(request('readproperty', { 'htv:headers': [null, {}] }));
    expect(seen[0]?.headers).not.toHaveProperty('undefined');
  });

  it('follows redirections of reads and tells where they led, never of writes', async () => {
    answer = ({ url }, response) =>
      url === '/x' ? response.writeHead(302, { location: '/y' }).end() : response.end('2');
    const { content, address } = await client.request(request('readproperty'));
    expect([String(content?.body), address]).toEqual(['2', `${base}/y`]);
    expect((await failure(client.request(request('writeproperty')))).details.status).toBe(302);
  });

  it.each<[number, Op]>([
    [301, 'writeproperty'],
    [307, 'invokeaction'],
    [308, 'writemultipleproperties'],
  ])('tells where a %i of %s leads that it does not follow', async (status, op) => {
    answer = (_, response) => response.writeHead(status, { location: '/x' }).end();
    const error = await failure(client.request(request(op)));
    expect(error).toMatchObject({ kind: 'internal', code: 'REDIRECTED', details: { status, op } });
    expect(error.message).toContain(
      `leads on to ${base}/x, where it is not sent by itself; use this address`,
    );
  });

  it('says where an endless redirection of a read leads', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/x' }).end();
    const { code, message } = await failure(client.request(request('readproperty')));
    expect([code, message]).toEqual([
      'REDIRECTED',
      expect.stringContaining(`leads on to ${base}/x, where it is followed no further`),
    ]);
  });

  it('does not ask for an invocation to be sent again that is told of elsewhere', async () => {
    answer = (_, response) => response.writeHead(303, { location: '/y' }).end();
    const { message } = await failure(client.request(request('invokeaction')));
    expect(message).toContain(`what came of it is told at ${base}/y.`);
  });

  it('refuses an address with credentials and does not repeat them', async () => {
    const href = base.replace('//', '//bob:hunter2@');
    const error = await failure(client.request(request('readproperty', { href: `${href}/x` })));
    expect(error).toMatchObject({ kind: 'invalid', code: 'CREDENTIALS_IN_ADDRESS' });
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/bob|hunter2/);
    expect(seen).toEqual([]);
  });

  it('carries neither credentials nor the headers of the form to another origin', async () => {
    const other = createServer((incoming, response) => {
      seen.push(incoming);
      response.end('2');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/y`;
    answer = ({ url }, response) =>
      response.writeHead(307, { location: url === '/x' ? '/same' : location }).end('moved');
    const known = httpClient({ credentials: { token: 't' } });
    const headers = [{ 'htv:fieldName': 'X-Api-Key', 'htv:fieldValue': 'k' }];
    const { content } = await known.request(request('readproperty', { 'htv:headers': headers }));
    await known.stop();
    other.close();
    expect(String(content?.body)).toBe('2');
    const sent = seen.map((incoming) => [incoming.headers.authorization, incoming.headers['x-api-key']]);
    expect(sent).toEqual([
      ['Bearer t', 'k'],
      ['Bearer t', 'k'],
      [undefined, undefined],
    ]);
    expect(seen[2]?.headers.accept).toBe('application/json');
  });

  it.each([{ location: '/x' }, { location: 'ftp://h/' }, { location: 'http://[' }, {}])(
    'gives up a redirection by %j',
    async (headers) => {
      answer = (_, response) => response.writeHead(302, headers).end();
      expect((await failure(client.request(request('readproperty')))).details.status).toBe(302);
      expect(seen.length).toBeLessThanOrEqual(6);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('decodes %s, bounded', async (coding, encode) => {
    const headers = { 'content-encoding': coding };
    answer = (_, response) => response.writeHead(200, headers).end(encode('"value"'));
    expect(String((await client.request(request('readproperty'))).content?.body)).toBe('"value"');
    answer = (_, response) => response.writeHead(200, headers).end(encode(Buffer.alloc(1001)));
    expect((await failure(client.request(request('readproperty')))).code).toBe('RESPONSE_TOO_LARGE');
    answer = (_, response) => response.writeHead(200, headers).end('"value"');
    expect((await failure(client.request(request('readproperty')))).code).toBe('RESPONSE_MALFORMED');
    answer = (_, response) => response.writeHead(400, headers).end(encode('{"title":"No"}'));
    const refused = failure(client.request(request('readproperty', {})));
    expect((await refused).details.status).toBe(400);
  });

  it('names a content coding that it does not know', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'constructor' }).end('x');
    expect((await failure(client.request(request('readproperty')))).code).toBe('CONTENT_CODING_UNKNOWN');
  });

  it('sends credentials', async () => {
    answer = (_, response) => response.end('1');
    const basic = httpClient({ credentials: { user: 'a', password: 'ü' } });
    const bearer = httpClient({ credentials: { token: 't' } });
    await basic.request(request('readproperty'));
    await bearer.request(request('readproperty'));
    await Promise.all([basic.stop(), bearer.stop()]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Basic YTrDvA==', 'Bearer t']);
  });

  it('fetches a TD', async () => {
    answer = (_, response) => response.setHeader('content-type', 'application/td+json').end('{"title":"x"}');
    expect(await fetchTd(client, `${base}/td`)).toEqual({ title: 'x' });
    expect(seen[0]?.headers.accept).toContain('application/td+json');
  });

  it('supports what it can send', () => {
    const can = (op: Op, form: Partial<Form>): boolean => client.supports(op, { href: base, ...form });
    expect(can('readproperty', {})).toBe(true);
    expect(can('readproperty', { subprotocol: 'longpoll' })).toBe(false);
    expect(can('observeproperty', {})).toBe(false);
    expect(can('observeproperty', { subprotocol: 'sse' })).toBe(true);
    expect(can('subscribeevent', { subprotocol: 'longpoll' })).toBe(true);
    expect(can('unobserveproperty', { subprotocol: 'sse' })).toBe(false);
    expect(can('readproperty', { href: 'coap://h/' })).toBe(false);
  });
});

describe('failures', () => {
  it('keeps the problem, the status and the address', async () => {
    const problem = {
      kind: 'conflict',
      code: 'BUSY',
      detail: 'The valve moves.',
      errors: [{ pointer: '/a', detail: 'b' }],
    };
    answer = (_, response) =>
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    const error = await failure(client.request(request('invokeaction')));
    expect(error).toMatchObject({ kind: 'conflict', code: 'BUSY', message: 'The valve moves.' });
    expect(error.details).toEqual({
      href: `${base}/x`,
      op: 'invokeaction',
      status: 409,
      problem,
      errors: problem.errors,
    });
  });

  it.each([
    [400, 'unavailable', 'invalid'],
    [500, 'not-found', 'internal'],
    [400, 'conflict', 'conflict'],
    [503, 'timeout', 'timeout'],
    [400, '__proto__', 'invalid'],
  ])('takes the kind of a problem of status %i that says %s for %s', async (status, told, kind) => {
    answer = (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: told }));
    expect((await failure(client.request(request('readproperty')))).kind).toBe(kind);
  });

  it.each([
    [400, {}, 'invalid'],
    [404, {}, 'not-found'],
    [410, {}, 'not-found'],
    [405, { allow: 'GET, PUT' }, 'not-allowed'],
    [418, {}, 'invalid'],
    [500, {}, 'internal'],
    [502, {}, 'unavailable'],
    [503, {}, 'unavailable'],
    [503, { 'retry-after': '7' }, 'overloaded'],
    [504, {}, 'timeout'],
    [304, {}, 'internal'],
  ])('status %i %j of a foreign server is %s', async (status, headers, kind) => {
    answer = (_, response) =>
      response
        .writeHead(status, { 'content-type': 'text/html', ...headers })
        .end(status === 304 ? '' : '<p>');
    const error = await failure(client.request(request('readproperty')));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(`GET ${base}/x`);
    if ('retry-after' in headers) expect(error.details.retryAfter).toBe(7);
    if ('allow' in headers) expect(error.details.allow).toEqual(['GET', 'PUT']);
  });

  it.each([
    ['text/plain', 'no such\n thing', '"no such thing"'],
    ['text/html; charset=utf-8', '<style>p{}</style><pre>Cannot GET</pre>', '"Cannot GET"'],
    ['application/json', '{"message":"no such thing"}', 'no such thing'],
    ['application/json', '{"title":"Gone away"}', '"Gone away"'],
    ['application/json', '{"nonsense', 'nonsense'],
    ['text/plain', 'x'.repeat(500), `"${'x'.repeat(200)}…"`],
    ['text/plain', ' \r\n', '404.'],
    ['image/png', 'x', '404.'],
  ])('quotes a foreign body %s %j', async (type, body, quoted) => {
    answer = (_, response) => response.writeHead(404, { 'content-type': type }).end(body);
    const error = await failure(client.request(request('readproperty')));
    expect(error.message).toContain(`GET ${base}/x was answered with HTTP status 404`);
    expect(error.message).toContain(quoted);
  });

  it('reads a Retry-After that is a date', async () => {
    const date = new Date(clock.now() + 90_000).toUTCString();
    answer = (_, response) => response.writeHead(503, { 'retry-after': date }).end();
    expect((await failure(client.request(request('readproperty')))).details.retryAfter).toBe(90);
  });

  it('says that nobody listens', async () => {
    server.close();
    const error = await failure(client.request(request('readproperty')));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'CONNECTION_FAILED' });
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  it('gives up after the timeout', async () => {
    answer = () => clock.advance(5000);
    const error = await failure(client.request(request('readproperty')));
    expect(error).toMatchObject({ kind: 'timeout', code: 'RESPONSE_TIMEOUT' });
  });

  it("fails with the caller's reason when the caller aborts, before or after sending", async () => {
    const abort = new AbortController();
    answer = () => abort.abort(new Error('enough'));
    await expect(client.request(request('readproperty', {}, { signal: abort.signal }))).rejects.toThrow(
      'enough',
    );
    await expect(client.request(request('readproperty', {}, { signal: abort.signal }))).rejects.toThrow(
      'enough',
    );
    expect(seen).toHaveLength(1);
  });

  it('bounds a response', async () => {
    answer = (_, response) => response.end('x'.repeat(1001));
    expect((await failure(client.request(request('readproperty')))).code).toBe('RESPONSE_TOO_LARGE');
  });

  it.each<[Op, Partial<ClientRequest>]>([
    ['readproperty', {}],
    ['writeproperty', { content: { type: 'application/json', body: Buffer.from('1') } }],
    ['cancelaction', {}],
    ['invokeaction', { idempotent: true }],
  ])('sends %s %j again, once, when a kept connection broke', async (op, more) => {
    answer = (incoming, response) => (seen.length === 1 ? incoming.socket.destroy() : response.end('1'));
    await client.request(request(op, {}, more));
    expect(seen).toHaveLength(2);
    seen = [];
    answer = ({ socket }) => socket.destroy();
    expect((await failure(client.request(request(op, {}, more)))).code).toBe('CONNECTION_FAILED');
    expect(seen).toHaveLength(2);
  });

  it.each<[Op, string]>([
    ['invokeaction', 'GET'],
    ['invokeaction', 'PUT'],
    ['writeproperty', 'GET'],
    ['writeproperty', 'POST'],
    ['cancelaction', 'POST'],
  ])('sends %s by %s once, for only the op says what it does', async (op, method) => {
    const form = { 'htv:methodName': method };
    answer = ({ socket }) => socket.destroy();
    expect((await failure(client.request(request(op, form)))).code).toBe('OUTCOME_UNKNOWN');
    answer = (_, response) => response.writeHead(503, { 'retry-after': '0' }).end();
    expect((await failure(client.request(request(op, form)))).kind).toBe('overloaded');
    answer = (_, response) => response.writeHead(302, { location: '/y' }).end();
    expect((await failure(client.request(request(op, form)))).code).toBe('REDIRECTED');
    expect(seen.map(({ url }) => url)).toEqual(['/x', '/x', '/x']);
  });

  it('sends a read by POST again, for it only reads', async () => {
    answer = ({ socket }, response) => (seen.length === 1 ? socket.destroy() : response.end('1'));
    await client.request(request('readproperty', { 'htv:methodName': 'POST' }));
    expect(seen).toHaveLength(2);
  });

  it.each([404, 410])('takes %i after a cancellation that was sent again for done', async (status) => {
    answer = ({ socket }, response) =>
      seen.length === 1 ? socket.destroy() : response.writeHead(status).end('gone');
    expect(await client.request(request('cancelaction'))).toEqual({});
    expect(seen).toHaveLength(2);
    expect((await failure(client.request(request('cancelaction')))).details.status).toBe(status);
  });

  it('never sends an invocation again whose outcome is unknown, and says so', async () => {
    answer = ({ socket }) => socket.destroy();
    const error = await failure(client.request(request('invokeaction')));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'OUTCOME_UNKNOWN' });
    expect(error.message).toMatch(/whether the Thing did it is unknown/);
    expect(seen).toHaveLength(1);
    server.closeAllConnections();
    server.close();
    expect((await failure(client.request(request('invokeaction')))).code).toBe('CONNECTION_FAILED');
  });

  it.each([429, 503])(
    'after %i reads again when the peer says, as long as the caller waits',
    async (status) => {
      answer = (_, response) => {
        if (seen.length === 2) response.end('1');
        else response.writeHead(status, { 'retry-after': '3' }).end();
      };
      const reading = client.request(request('readproperty'));
      while (seen.length < 2) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(100);
      }
      expect((await reading).content?.body).toEqual(Buffer.from('1'));
      seen = [];
      expect((await failure(client.request(request('writeproperty')))).details.retryAfter).toBe(3);
      seen = [];
      const late = client.request(request('readproperty', {}, { timeout: 2000 }));
      expect((await failure(late)).details.retryAfter).toBe(3);
      const abort = new AbortController();
      seen = [];
      const aborted = client.request(request('readproperty', {}, { signal: abort.signal }));
      while (seen.length < 1) await new Promise((resolve) => setImmediate(resolve));
      abort.abort(new Error('enough'));
      await expect(aborted).rejects.toThrow('enough');
    },
  );

  it.each<Partial<Form>>([
    { href: 'http://[' },
    { 'htv:methodName': 'BAD METHOD' },
    { 'htv:headers': [{ 'htv:fieldName': 'x', 'htv:fieldValue': 'a\r\nb: c' }] },
  ])('refuses the form %j', async (form) => {
    answer = (_, response) => response.end('1');
    expect((await failure(client.request(request('readproperty', form)))).code).toBe('REQUEST_INVALID');
  });

  it('fails after stop', async () => {
    await client.stop();
    expect((await failure(client.request(request('readproperty')))).kind).toBe('unavailable');
  });
});

describe('Server-Sent Events', () => {
  const stream = { 'content-type': 'text/event-stream' };
  const id = '2026-01-01T00:00:00.000001Z';

  function observe(listener: ReturnType<typeof recorder>, more: Partial<ClientRequest> = {}) {
    return client.subscribe(request('observeproperty', { subprotocol: 'sse' }, more), listener);
  }

  it('tells names, ids, times, gaps and values', async () => {
    answer = (_, response) => {
      response.writeHead(200, stream);
      response.write(`:beat\n\nevent: level\nid: ${id}\ndata: 7\n\n`);
      response.write(`event: $gap\nid: ${id}\ndata: {"after":"a","resumesAt":"b","more":1}\n\n`);
      response.write('event: $gap\ndata: nonsense\n\nid: 9\ndata:\n\n');
    };
    const listener = recorder();
    const close = await observe(listener);
    expect(await listener.until(4)).toEqual(['7', 'gap {"after":"a","resumesAt":"b"}', 'gap {}', 'none']);
    expect(listener.notifications).toEqual([
      { name: 'level', id, timestamp: id, content: { type: 'application/json', body: Uint8Array.of(0x37) } },
      { id: '9' },
    ]);
    expect(seen[0]?.headers).toMatchObject({ accept: 'text/event-stream' });
    const closed = once(seen[0]?.socket as NodeJS.EventEmitter, 'close');
    await close();
    await close();
    await closed;
    expect(listener.lines).toHaveLength(4);
  });

  it('resumes after the last id, pausing as the peer wishes, and ends on 204', async () => {
    const answered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    answer = (_, response) => {
      if (seen.length === 1) response.writeHead(200, stream).end(`retry: 200\nid: ${id}\ndata: 1\n\n`);
      else if (seen.length === 2) response.writeHead(503).end();
      else response.writeHead(204).end();
      answered[seen.length - 1]?.resolve();
    };
    const listener = recorder();
    await observe(listener);
    await listener.until(1);
    while (seen.length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    expect(await listener.until(2)).toEqual(['1', 'ended']);
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, id, id]);
  });

  it.each([
    [404, 'failed NOT_FOUND'],
    [410, 'ended'],
    [403, 'failed FORBIDDEN'],
  ])('after a lost connection, status %i means %s', async (status, outcome) => {
    answer = (_, response) =>
      seen.length === 1
        ? response.writeHead(200, stream).end('data: 1\n\n')
        : response.writeHead(status).end();
    const listener = recorder();
    await observe(listener);
    await listener.until(1);
    while (listener.lines.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1000);
    }
    expect(listener.lines[1]).toBe(outcome);
  });

  it('rejects when it cannot begin', async () => {
    answer = (_, response) => response.writeHead(404).end();
    expect((await failure(observe(recorder()))).kind).toBe('not-found');
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    expect((await failure(observe(recorder()))).code).toBe('NOT_AN_EVENT_STREAM');
    answer = () => clock.advance(5000);
    expect((await failure(observe(recorder()))).kind).toBe('timeout');
    await expect(observe(recorder(), { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });

  it('takes the events of its affordance, and those without a name, for its own', async () => {
    answer = (_, response) =>
      response
        .writeHead(200, stream)
        .write('event: ping\ndata: 1\n\nevent: level\ndata: 2\n\ndata: 3\n\nevent: $gap\ndata: {}\n\n');
    const listener = recorder();
    const close = await observe(listener, { target: { thing: 'urn:x', name: 'level' } });
    expect(await listener.until(3)).toEqual(['2', '3', 'gap {}']);
    await close();
  });

  it('asks for uncoded streams and refuses others', async () => {
    answer = (_, response) =>
      response.writeHead(200, { ...stream, 'content-encoding': 'gzip' }).write(gzipSync('data: 1\n\n'));
    const error = await failure(observe(recorder()));
    expect(error).toMatchObject({ kind: 'unsupported-media', code: 'CONTENT_CODING_UNKNOWN' });
    expect(error.message).toContain('"gzip"');
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('goes on after an id that no header can carry', async () => {
    answer = (_, response) => {
      if (seen.length === 1) response.writeHead(200, stream).end('id: a\n\nid: b\u0001\ndata: 1\n\n');
      else response.writeHead(204).end();
    };
    const listener = recorder();
    await observe(listener);
    while (listener.lines.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1000);
    }
    expect(listener.lines).toEqual(['1', 'ended']);
    expect(seen[1]?.headers['last-event-id']).toBe('a');
  });

  it('follows a redirection', async () => {
    answer = ({ url }, response) => {
      if (url === '/x') response.writeHead(307, { location: '/y' }).end();
      else response.writeHead(200, stream).write('data: 1\n\n');
    };
    const listener = recorder();
    const close = await observe(listener);
    expect(await listener.until(1)).toEqual(['1']);
    await close();
  });

  it.each([
    ['', [1000, 2000, 4000]],
    [': welcome\n\n', [1000, 2000, 4000]],
    ['data: 1\n\n', [1000, 1000, 1000]],
  ])('a server that closes after %j is asked again after %j ms', async (text, pauses) => {
    const delays: number[] = [];
    const after: FakeClock['after'] = (delay, call) => {
      if (delay !== 5000) delays.push(delay); // the timeout of the request
      return clock.after(delay, call);
    };
    const asking = httpClient({ clock: { ...clock, after }, random: () => 1 });
    answer = (_, response) => response.writeHead(200, stream).end(text);
    await asking.subscribe(request('observeproperty', { subprotocol: 'sse' }), recorder());
    while (delays.length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    await asking.stop();
    expect(delays.slice(0, 3)).toEqual(pauses);
  });

  it('has no time limit once it stands, ends with the signal and with the client', async () => {
    answer = (_, response) => response.writeHead(200, stream).write('data: 1\n\n');
    const [first, second, abort] = [recorder(), recorder(), new AbortController()];
    await observe(first, { signal: abort.signal });
    await observe(second);
    clock.advance(60_000);
    await Promise.all([first.until(1), second.until(1)]);
    abort.abort();
    expect(await first.until(2)).toEqual(['1', 'ended']);
    await client.stop();
    expect(await second.until(2)).toEqual(['1', 'ended']);
  });

  it('opens a stream again whose heartbeats stay away, and takes a greeting for none', async () => {
    const beats = [': hello\n\n', ':beat\n\n'];
    answer = (_, response) => {
      response.writeHead(200, stream).write(`${beats[0]}data: ${seen.length}\n\n`);
      if (seen.length === 2) response.write(`${beats[1]}data: beating\n\n`);
    };
    const [greeted, beaten] = [recorder(), recorder()];
    const closed = await observe(greeted);
    await observe(beaten);
    await beaten.until(2);
    clock.advance(44_000);
    expect(seen).toHaveLength(2);
    while (seen.length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1000);
    }
    expect(await beaten.until(3)).toEqual(['2', 'beating', '3']);
    expect(greeted.lines).toEqual(['1']);
    await closed();
  });

  it('fails when the listener throws', async () => {
    answer = (_, response) => response.writeHead(200, stream).write('data: 1\n\n');
    const listener = recorder();
    const failed = Promise.withResolvers<Error>();
    const next = (): never => {
      throw new RangeError('a bug');
    };
    await observe({ ...listener, next, failed: failed.resolve } as typeof listener);
    expect(await failed.promise).toBeInstanceOf(RangeError);
  });

  it('fails on an event above the bound', async () => {
    answer = (_, response) => response.writeHead(200, stream).write(`data: ${'x'.repeat(2000)}`);
    const listener = recorder();
    await observe(listener);
    expect(await listener.until(1)).toEqual(['failed EVENT_TOO_LARGE']);
  });
});

describe('long polling', () => {
  const form = { subprotocol: 'longpoll' };

  it('asks again after each answer and ends when the resource is gone', async () => {
    answer = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(202).end();
      else if (seen.length > 3) response.writeHead(410).end();
      else response.end(`${seen.length - 1}`);
    };
    const listener = recorder();
    await client.subscribe(request('observeproperty', form), listener);
    expect(await listener.until(3)).toEqual(['1', '2', 'ended']);
  });

  it('does without HEAD, tells events without data, stops on close', async () => {
    const waiting = Promise.withResolvers<void>();
    answer = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(405).end();
      else if (seen.length === 2) response.writeHead(204).end();
      else waiting.resolve();
    };
    const listener = recorder();
    const close = await client.subscribe(request('subscribeevent', form), listener);
    expect(await listener.until(1)).toEqual(['none']);
    await waiting.promise;
    await close();
    await once(seen[2]?.socket as NodeJS.EventEmitter, 'close');
    expect(listener.lines).toEqual(['none']);
  });

  it('asks a peer that never waits once a second', async () => {
    answer = (_, response) => response.end('1');
    const listener = recorder();
    const close = await client.subscribe(request('observeproperty', form), listener);
    await listener.until(51);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(listener.lines).toHaveLength(51);
    clock.advance(1000);
    await listener.until(52);
    await close();
  });

  it('rejects when the resource is not there', async () => {
    answer = (_, response) => response.writeHead(404).end();
    expect((await failure(client.subscribe(request('observeproperty', form), recorder()))).kind).toBe(
      'not-found',
    );
  });
});
