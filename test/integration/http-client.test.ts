import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClient } from '../../src/bindings/http/http-client.ts';
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

  it('follows redirections of reads, never of writes', async () => {
    answer = ({ url }, response) =>
      url === '/x' ? response.writeHead(302, { location: '/y' }).end() : response.end('2');
    expect((await client.request(request('readproperty'))).content?.body).toEqual(Buffer.from('2'));
    expect((await failure(client.request(request('writeproperty')))).details.status).toBe(302);
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
    expect(error.details).toEqual({ href: `${base}/x`, status: 409, errors: problem.errors });
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

  it('sends a read again when a kept connection broke, but no invocation', async () => {
    answer = (incoming, response) => (seen.length === 1 ? incoming.socket.destroy() : response.end('1'));
    await client.request(request('readproperty'));
    expect(seen).toHaveLength(2);
    seen = [];
    expect((await failure(client.request(request('invokeaction')))).kind).toBe('unavailable');
    expect(seen).toHaveLength(1);
  });

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
