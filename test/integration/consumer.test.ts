import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { type ConsumeOptions, consume } from '../../src/consumer/consume.ts';
import type { ClientBinding, NotificationListener } from '../../src/contracts/binding.ts';
import type { WotError } from '../../src/contracts/errors.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const number = { type: 'number', minimum: 0 } as const;
const td = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Lamp',
  security: 'nosec_sc',
  securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
  properties: {
    level: {
      ...number,
      observable: true,
      uriVariables: { unit: { type: 'string' } },
      forms: [
        { href: 'ftp://lamp/level' },
        { href: '/level{?unit}' },
        { href: '/level', op: 'observeproperty', subprotocol: 'sse' },
      ],
    },
    constructor: { type: 'string', forms: [{ href: '/constructor' }] },
    // biome-ignore lint/suspicious/noThenProperty: a Thing may have a property of this name
    then: { type: 'string', forms: [{ href: '/then' }] },
    far: { ...number, forms: [{ href: 'http://127.0.0.1:1/far' }, { href: '/far' }] },
    ftp: { ...number, forms: [{ href: 'ftp://lamp/x' }, { href: '/x', contentType: 'nonsense' }] },
  },
  actions: {
    toggle: { output: { type: 'boolean' }, forms: [{ href: '/toggle' }] },
    reset: { forms: [{ href: '/reset' }] },
    fade: { synchronous: false, input: number, output: number, forms: [{ href: '/fade' }] },
  },
  events: {
    hot: { data: number, forms: [{ href: '/hot', subprotocol: 'sse' }] },
    broken: { forms: [{ href: '/broken', subprotocol: 'sse' }] },
  },
  forms: [
    { href: '/all', op: ['readallproperties', 'writemultipleproperties'] },
    { href: '/all{?names}', op: 'readmultipleproperties' },
    { href: '/all', op: 'observeallproperties', subprotocol: 'sse' },
    { href: '/events', op: 'subscribeallevents', subprotocol: 'sse' },
    { href: '/actions', op: 'queryallactions' },
  ],
} as const;

let server: Server;
let base: string;
let answer: Handler;
let requests: string[];
let clock: FakeClock;

beforeEach(async () => {
  requests = [];
  clock = fakeClock();
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push(`${request.method} ${request.url} ${body}`.trim());
    answer(request, response, body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answering(value: unknown, status = 200): void {
  answer = (_, response) =>
    value === undefined
      ? response.writeHead(204).end()
      : response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function streaming(...messages: readonly string[]): void {
  answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`:\n\n${messages.join('')}`);
}

async function lamp(options: ConsumeOptions = {}) {
  return consume<typeof td>({ ...td, base } as unknown as typeof td, { clock, ...options });
}

async function collect<V>(iterable: AsyncIterable<V>, count: number): Promise<V[]> {
  const values: V[] = [];
  for await (const value of iterable) if (values.push(value) === count) break;
  return values;
}

async function passingTime<R>(promise: Promise<R>): Promise<R> {
  const ticking = setInterval(() => clock.advance(5000), 1);
  return promise.finally(() => clearInterval(ticking));
}

describe('properties', () => {
  it('reads and writes by the first form that a client supports', async () => {
    await using thing = await lamp();
    answering(7);
    expect(await thing.properties.level.read({ uriVariables: { unit: 'lx' } })).toBe(7);
    answering(undefined);
    await thing.properties.level.write(8);
    expect(requests).toEqual(['GET /level?unit=lx', 'PUT /level 8']);
  });

  it('has properties of any name', async () => {
    await using thing = await lamp();
    answering('x');
    expect(await thing.properties.constructor.read()).toBe('x');
    expect(await thing.properties.then.read()).toBe('x');
    expect(thing.properties).not.toHaveProperty('toString');
    expect(Object.getPrototypeOf(thing.properties)).toBeNull();
  });

  it('does not send a value that does not fit', async () => {
    await using thing = await lamp();
    const error = await thing.properties.level.write(-1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'INPUT_MISMATCH',
      details: { errors: [{ pointer: '' }] },
    });
    expect(await failureOf(() => thing.properties.level.write(undefined as never))).toMatch(/INPUT_MISSING/);
    expect(requests).toEqual([]);
  });

  it.each([
    [-1, /does not fit its TD: must be >= 0/],
    [undefined, /is missing/],
  ])('refuses the answer %j and keeps it', async (value, message) => {
    await using thing = await lamp();
    answering(value);
    const error = await thing.properties.level.read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      kind: 'internal',
      code: 'RESPONSE_MISMATCH',
      details: { cause: { value } },
    });
    expect((error as Error).message).toMatch(message);
  });

  it('refuses an answer that cannot be read', async () => {
    await using thing = await lamp();
    answer = (_, response) => response.setHeader('content-type', 'application/json').end('{');
    expect(await failureOf(() => thing.properties.level.read())).toMatch(/^internal RESPONSE_MISMATCH/);
    answer = (_, response) => response.setHeader('content-type', 'nonsense').end('{');
    expect(await failureOf(() => thing.properties.level.read())).toMatch(/nonsense/);
  });

  it('goes to the next form when the peer of a read is away, never for a write', async () => {
    await using thing = await lamp();
    answering(1);
    expect(await thing.properties.far.read()).toBe(1);
    expect(await failureOf(() => thing.properties.far.write(1))).toMatch(/^unavailable CONNECTION_FAILED/);
    const onlyFar = { form: ({ href }: { readonly href: string }) => href.includes(':1/') };
    expect(await failureOf(() => thing.properties.far.read(onlyFar))).toMatch(/^unavailable/);
    expect(requests).toEqual(['GET /far']);
  });

  it('says why there is no way', async () => {
    await using thing = await lamp();
    expect(await failureOf(() => thing.properties.ftp.read())).toMatch(
      /^not-implemented NO_CLIENT_FOR_FORM: readproperty of "ftp" on "Lamp".*ftp:\/\/lamp\/x/,
    );
    const observing = (thing.properties.far as unknown as typeof thing.properties.level).observe();
    expect(await failureOf(() => observing.next())).toMatch(
      /^not-allowed OP_NOT_OFFERED.*properties\/far\/forms/,
    );
  });

  it('takes a signal and a timeout', async () => {
    await using thing = await lamp();
    answer = () => {};
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(thing.properties.level.read({ signal })).rejects.toThrow('enough');
    expect(await failureOf(() => thing.properties.level.read({ timeout: 1 }))).toMatch(/^timeout/);
  });

  it.each([Number.NaN, -1])('refuses the timeout %j, in options and in calls', async (timeout) => {
    expect(await failureOf(() => lamp({ timeout }))).toMatch(/^invalid TIMEOUT_INVALID/);
    await using thing = await lamp();
    expect(await failureOf(() => thing.properties.level.read({ timeout }))).toMatch(/TIMEOUT_INVALID/);
    expect(await failureOf(() => thing.events.hot.subscribe({ timeout }).ready)).toMatch(/TIMEOUT_INVALID/);
    expect(requests).toEqual([]);
  });

  it.each([2 ** 31, Number.POSITIVE_INFINITY])('cuts the timeout %j to what timers hold', async (timeout) => {
    const timeouts: number[] = [];
    const client: ClientBinding = {
      ...httpClient(),
      request: async (request) => {
        timeouts.push(request.timeout);
        return { content: { type: 'application/json', body: Buffer.from('1') } };
      },
    };
    await using thing = await lamp({ timeout, clients: [client] });
    await thing.properties.level.read();
    await thing.properties.level.read({ timeout });
    expect(timeouts).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  });

  it('compiles the checks of an affordance when that is first used', async () => {
    const odd = { const: 1n, forms: [{ href: '/odd' }] };
    const properties = { level: td.properties.level, odd };
    await using thing = await consume({ ...td, base, properties } as const);
    answering(7);
    expect(await thing.properties.level.read()).toBe(7);
    expect(await failureOf(() => thing.properties.odd.read())).toMatch(/^invalid DATA_SCHEMA_NOT_JSON/);
  });

  it('reads and writes several in one request', async () => {
    await using thing = await lamp();
    const values = JSON.parse('{"level":1,"then":"x","more":2}');
    const { more: _, ...named } = values;
    answering(values);
    expect(await thing.readAll()).toEqual(values);
    expect(await thing.readMultiple(['level', 'then'])).toEqual(named);
    expect(await failureOf(() => thing.readMultiple(['constructor']))).toMatch(/RESPONSE_MISMATCH.*missing/);
    expect(await failureOf(() => thing.readMultiple(['x' as never]))).toMatch(/not-found PROPERTY_UNKNOWN/);
    answering([1]);
    expect(await failureOf(() => thing.readAll())).toMatch(/RESPONSE_MISMATCH/);
    answering(undefined);
    await thing.writeMultiple({ level: 3, far: 4 } as never); // TypeScript takes `constructor` for the inherited one
    expect(await failureOf(() => thing.writeMultiple({ level: -3 } as never))).toMatch(/INPUT_MISMATCH/);
    expect(requests).toEqual([
      'GET /all',
      'GET /all?names=level,then',
      'GET /all?names=constructor',
      'GET /all',
      'PUT /all {"level":3,"far":4}',
    ]);
  });
});

describe('subscriptions', () => {
  it('gives values, ended by leaving the loop', async () => {
    await using thing = await lamp();
    streaming('data: 1\n\n', 'data: 2\n\n');
    expect(await collect(thing.properties.level.observe(), 2)).toEqual([1, 2]);
  });

  it('gives changes with id, time and gap', async () => {
    await using thing = await lamp();
    const id = '2026-01-01T00:00:00.000001Z';
    streaming('event: $gap\ndata: {"after":"a","resumesAt":"b"}\n\n', `id: ${id}\ndata: 1\n\n`);
    expect(await collect(thing.properties.level.observe().changes(), 1)).toEqual([
      { value: 1, id, timestamp: id, gap: { after: 'a', resumesAt: 'b' } },
    ]);
  });

  it('drops the oldest for a slow reader and says so', async () => {
    await using thing = await lamp();
    streaming(...[1, 2, 3, 4].map((value) => `id: ${value}\ndata: ${value}\n\n`), 'id: 5\ndata: -1\n\n');
    const changes = thing.properties.level.observe({ queue: 2 }).changes();
    expect(await changes.next()).toEqual({ done: false, value: { value: 1, id: '1' } });
    const third = { value: 3, id: '3', gap: { after: '1', resumesAt: '3' } };
    expect(await changes.next()).toEqual({ done: false, value: third });
    expect(await changes.next()).toEqual({ done: false, value: { value: 4, id: '4' } });
    expect(await failureOf(() => changes.next())).toMatch(/RESPONSE_MISMATCH/);
  });

  it('rejects where it cannot begin, and where a value does not fit', async () => {
    await using thing = await lamp();
    answering({}, 404);
    const missing = thing.events.hot.subscribe();
    expect(await failureOf(() => missing.ready)).toMatch(/^not-found/);
    expect(await failureOf(() => missing.next())).toMatch(/^not-found/);
    expect(await missing.next()).toEqual({ done: true, value: undefined });
    streaming('data: -1\n\n');
    expect(await failureOf(() => collect(thing.events.hot.subscribe(), 1))).toMatch(/RESPONSE_MISMATCH/);
  });

  it('gives events without data', async () => {
    await using thing = await lamp();
    streaming('data:\n\n');
    expect(await collect(thing.events.broken.subscribe(), 1)).toEqual([undefined]);
  });

  it('is done with the signal and with the Thing', async () => {
    const thing = await lamp();
    const abort = new AbortController();
    streaming();
    const [first, second] = [
      thing.events.hot.subscribe({ signal: abort.signal }),
      thing.events.hot.subscribe(),
    ];
    await Promise.all([first.ready, second.ready]);
    const waiting = [first.next(), second.next()];
    abort.abort();
    expect(await waiting[0]).toEqual({ done: true, value: undefined });
    await thing.stop();
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    expect(await failureOf(() => thing.properties.level.read())).toMatch(/THING_STOPPED/);
  });

  /** A Thing whose subscription the test tells what its connection does. */
  async function lampAtHand() {
    const opened = Promise.withResolvers<NotificationListener>();
    const client: ClientBinding = {
      ...httpClient(),
      subscribe: async (_request, listener) => {
        opened.resolve(listener);
        return async () => undefined;
      },
    };
    return { thing: await lamp({ clients: [client] }), opened: opened.promise };
  }

  it('tells when the connection is lost and when it is back', async () => {
    const { thing, opened } = await lampAtHand();
    const told: unknown[] = [];
    const lost = new Error('lost');
    const levels = thing.properties.level.observe({
      interrupted: (error) => told.push(error),
      resumed: () => told.push('resumed'),
    });
    const listener = await opened;
    listener.interrupted?.(lost);
    listener.resumed?.();
    expect(told).toEqual([lost, 'resumed']);
    await levels.return();
  });

  it('a callback that throws fails the subscription and nothing else', async () => {
    const { thing, opened } = await lampAtHand();
    const bug = new RangeError('a bug');
    const levels = thing.properties.level.observe({
      interrupted() {
        throw bug;
      },
    });
    const value = levels.next();
    (await opened).interrupted?.(new Error('lost'));
    await expect(value).rejects.toBe(bug);
  });

  it('goes on over the HTTP client when the server was away, and is told so', async () => {
    const client = httpClient({ clock });
    await using thing = await lamp({ clients: [client] });
    const told: string[] = [];
    const levels = thing.properties.level.observe({
      interrupted: (error) => told.push((error as WotError).code),
      resumed: () => told.push('resumed'),
    });
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n');
    expect((await levels.next()).value).toBe(1);
    const next = levels.next();
    answering({}, 404);
    while (requests.length < 3) {
      await new Promise((turn) => setImmediate(turn));
      clock.advance(100);
    }
    streaming('data: 2\n\n');
    expect((await passingTime(next)).value).toBe(2);
    expect(told).toEqual(['CONNECTION_CLOSED', 'resumed']);
    await client.stop();
  });

  it('ends when the Thing says that it is gone', async () => {
    await using thing = await lamp();
    streaming('data: 1\n\n', 'event: $end\ndata:\n\n');
    expect(await collect(thing.properties.level.observe(), 2)).toEqual([1]);
  });

  it('gives all properties and all events with their names', async () => {
    await using thing = await lamp();
    streaming(
      'event: level\ndata: 1\n\n',
      'event: new\ndata: 2\n\n',
      'event: then\ndata: "x"\n\n',
      'data: 1\n\n',
    );
    const all = thing.observeAll();
    expect(await collect(all, 2)).toEqual([
      { name: 'level', value: 1 },
      { name: 'then', value: 'x' },
    ]);
    expect(await failureOf(() => collect(thing.observeAll(), 3))).toMatch(/names no affordance/);
    streaming('event: hot\ndata: 1\n\n', 'event: broken\ndata:\n\n');
    expect(await collect(thing.subscribeAll(), 2)).toEqual([{ name: 'hot', value: 1 }, { name: 'broken' }]);
  });
});

describe('actions', () => {
  it('gives the output, or nothing', async () => {
    await using thing = await lamp();
    answering(true);
    expect(await thing.actions.toggle.invoke()).toBe(true);
    expect(await thing.actions.reset.invoke()).toBeUndefined();
    expect(requests).toEqual(['POST /toggle', 'POST /reset']);
  });

  it('checks input and output', async () => {
    await using thing = await lamp();
    answering('yes');
    expect(await failureOf(() => thing.actions.toggle.invoke())).toMatch(/RESPONSE_MISMATCH/);
    expect(await failureOf(() => thing.actions.reset.invoke(1 as never))).toMatch(/INPUT_UNEXPECTED/);
    expect(await failureOf(() => thing.actions.fade.invoke(-1))).toMatch(/INPUT_MISMATCH/);
    expect(requests).toEqual(['POST /toggle']);
  });

  /** Answers an invocation with 201, then these states one after the other. */
  function asynchronous(...states: readonly (object | number)[]): void {
    const left = [...states];
    answer = ({ method }, response) => {
      const state = method === 'POST' ? { status: 'pending' } : left.length > 1 ? left.shift() : left[0];
      const status = method === 'POST' ? 201 : typeof state === 'number' ? state : 200;
      const headers = { 'content-type': 'application/json', ...(status === 201 ? { location: '/i/7' } : {}) };
      response.writeHead(status, headers).end(JSON.stringify(typeof state === 'number' ? {} : state));
    };
  }

  it('follows an asynchronous one to its result, whatever happens on the way', async () => {
    await using thing = await lamp();
    asynchronous({ status: 'running' }, 503, { status: 'completed', output: 3 });
    const invocation = await thing.actions.fade.invoke(1);
    expect(invocation.href).toBe(`${base}/i/7`);
    expect((await invocation.status()).status).toBe('running');
    expect(await passingTime(invocation.result)).toBe(3);
    await invocation.cancel();
    expect(requests).toEqual(['POST /fade 1', 'GET /i/7', 'GET /i/7', 'GET /i/7', 'DELETE /i/7']);
  });

  it.each<[readonly (object | number)[], RegExp]>([
    [
      [{ status: 'failed', error: { kind: 'conflict', code: 'STUCK', detail: 'It is stuck.' } }],
      /^conflict STUCK: It is/,
    ],
    [[{ status: 'completed', output: -1 }], /RESPONSE_MISMATCH/],
    [[{ status: 'sleeping' }], /RESPONSE_MISMATCH.*ActionStatus/],
    [[404], /^not-found/],
    [[503], /^unavailable/],
  ])('states %j fail its result', async (states, failure) => {
    await using thing = await lamp();
    asynchronous(...states);
    const invocation = await thing.actions.fade.invoke(1);
    expect(await failureOf(() => passingTime(invocation.result))).toMatch(failure);
  });

  it('takes a Thing that answers an asynchronous action at once, and one that takes its time for another', async () => {
    await using thing = await lamp();
    answering(4);
    const invocation = await thing.actions.fade.invoke(1);
    expect(await invocation.result).toBe(4);
    expect(await invocation.status()).toEqual({ status: 'completed', output: 4 });
    await invocation.cancel();
    asynchronous({ status: 'completed', output: true });
    expect(await passingTime(thing.actions.toggle.invoke())).toBe(true);
  });

  it('a cancelled one has no result, whatever its Thing says first', async () => {
    await using thing = await lamp();
    asynchronous({ status: 'running' });
    const cancelledFirst = await thing.actions.fade.invoke(1);
    await cancelledFirst.cancel();
    expect(await failureOf(() => cancelledFirst.result)).toMatch(/^unavailable INVOCATION_CANCELLED/);

    const both = await thing.actions.fade.invoke(1);
    const held: ServerResponse[] = [];
    answer = ({ method }, response) => {
      if (method === 'DELETE') held.push(response);
      else response.writeHead(404).end();
    };
    const result = failureOf(() => both.result);
    const cancelling = both.cancel();
    while (!requests.at(-1)?.startsWith('GET')) {
      await new Promise((turn) => setImmediate(turn));
      clock.advance(50);
    }
    while (held.length === 0) await new Promise((turn) => setImmediate(turn));
    held[0]?.writeHead(204).end();
    await cancelling;
    expect(await result).toMatch(/^unavailable INVOCATION_CANCELLED/);
  });

  it('goes on where cancelling failed', async () => {
    await using thing = await lamp();
    asynchronous({ status: 'completed', output: 3 });
    const invocation = await thing.actions.fade.invoke(1);
    const following = answer;
    answering({}, 409);
    expect(await failureOf(() => invocation.cancel())).toMatch(/^conflict/);
    answer = following;
    expect(await passingTime(invocation.result)).toBe(3);
  });

  it('bounds each request of an asynchronous one by its timeout, and not the action', async () => {
    await using thing = await lamp();
    asynchronous({ status: 'running' }, { status: 'running' }, { status: 'completed', output: 3 });
    const invocation = await thing.actions.fade.invoke(1, { timeout: 10_000 });
    clock.advance(3_600_000);
    expect(await passingTime(invocation.result)).toBe(3);
  });

  it('ends waiting with the signal and with the Thing', async () => {
    const thing = await lamp();
    asynchronous({ status: 'running' });
    const abort = new AbortController();
    const aborted = await thing.actions.fade.invoke(1, { signal: abort.signal });
    const waiting = expect(aborted.result).rejects.toThrow('enough');
    abort.abort(new Error('enough'));
    await waiting;
    const stopped = (await thing.actions.fade.invoke(1)).result;
    await Promise.all([
      thing.stop(),
      expect(failureOf(() => stopped)).resolves.toMatch(/THING_STOPPED|CLIENT_STOPPED/),
    ]);
  });

  it.each(['/i/7', 'i/7', 'HOST/i/7'])(
    'follows the href %s in its status where there is no Location',
    async (told) => {
      await using thing = await lamp();
      const href = told.replace('HOST', base);
      answering({ status: 'pending', href }, 201);
      const invocation = await thing.actions.fade.invoke(1);
      expect(invocation.href).toBe(`${base}/i/7`);
      answering({ status: 'completed', output: 3 });
      expect(await passingTime(invocation.result)).toBe(3);
      expect(requests.at(-1)).toBe('GET /i/7');
      let asked = 0;
      answer = (_, response) => {
        const status = asked++ === 0 ? { status: 'pending', href } : { status: 'completed', output: true };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(status));
      };
      expect(await passingTime(thing.actions.toggle.invoke())).toBe(true);
    },
  );

  it.each(['Location', 'href'])(
    'carries no credentials to where only the %s of an invocation leads',
    async (place) => {
      const sent: (string | undefined)[] = [];
      const other = createServer(({ headers }, response) => {
        sent.push(headers.authorization);
        response.setHeader('content-type', 'application/json').end('{"status":"completed","output":3}');
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/i`;
      const client = httpClient({ credentials: { token: 't' } });
      for (const options of [{ credentials: { token: 't' } }, { clients: [client] }]) {
        await using thing = await lamp(options);
        answer = ({ headers }, response) => {
          sent.push(headers.authorization);
          const located = place === 'href' ? { href: address } : {};
          response
            .writeHead(201, place === 'Location' ? { location: address } : {})
            .end(JSON.stringify({ status: 'pending', ...located }));
        };
        expect(await passingTime((await thing.actions.fade.invoke(1)).result)).toBe(3);
      }
      await client.stop();
      other.close();
      expect(sent).toEqual(['Bearer t', undefined, 'Bearer t', undefined]);
    },
  );

  it('carries its credentials to an invocation at any origin that the TD names', async () => {
    const sent: (string | undefined)[] = [];
    const names = base.replace('127.0.0.1', 'localhost');
    answer = ({ method, headers }, response) => {
      sent.push(headers.authorization);
      if (method === 'POST') response.writeHead(201, { location: `${names}/i` }).end('{"status":"pending"}');
      else response.end('{"status":"completed","output":3}');
    };
    const properties = { near: { forms: [{ href: `${names}/near` }] } };
    const other = { ...td, base, properties } as unknown as typeof td;
    await using thing = await consume<typeof td>(other, { clock, credentials: { token: 't' } });
    expect(await passingTime((await thing.actions.fade.invoke(1)).result)).toBe(3);
    expect(sent).toEqual(['Bearer t', 'Bearer t']);
  });

  it('tells all invocations, by action', async () => {
    await using thing = await lamp();
    const running = { status: 'running', href: '/i/7', timeRequested: '2026-01-01T00:00:00Z' };
    answering({ fade: [{ ...running, id: 7, more: true }, { status: 'unheard of' }, null], toggle: null });
    expect(await thing.queryAllActions()).toEqual({ fade: [running], toggle: [] });
    answering([running]);
    expect(await failureOf(() => thing.queryAllActions())).toMatch(/RESPONSE_MISMATCH/);
    expect(requests).toEqual(['GET /actions', 'GET /actions']);
  });

  it('sends one again whose TD says that this does no harm, when a kept connection broke', async () => {
    const once = { idempotent: true, forms: [{ href: '/close' }] };
    const twice = { forms: [{ href: '/close' }] };
    await using thing = await consume({ ...td, base, actions: { once, twice } } as PartialTd, { clock });
    answer = ({ socket }, response) => (requests.length === 1 ? socket.destroy() : response.end());
    await thing.actions['once']?.invoke();
    expect(requests).toEqual(['POST /close', 'POST /close']);
    requests = [];
    expect(await failureOf(() => thing.actions['twice']?.invoke())).toMatch(/^unavailable OUTCOME_UNKNOWN/);
    expect(requests).toEqual(['POST /close']);
  });

  it('says that an invocation has no address', async () => {
    await using thing = await lamp();
    answering({ status: 'running', id: 'x' }, 200);
    const invocation = await thing.actions.fade.invoke(1);
    expect(invocation.id).toBe('x');
    expect(await failureOf(() => invocation.status())).toMatch(/INVOCATION_WITHOUT_ADDRESS/);
  });
});

describe('consume', () => {
  it('fetches a TD and resolves its relative forms', async () => {
    answer = ({ url }, response) =>
      response.setHeader('content-type', 'application/json').end(url === '/td' ? JSON.stringify(td) : '7');
    await using thing = await consume(`${base}/td`);
    await using same = await consume(new URL(`${base}/td`));
    expect(thing.td.title).toBe('Lamp');
    expect(await thing.properties['level']?.read()).toBe(7);
    expect(await same.properties['level']?.read()).toBe(7);
  });

  it('resolves the relative forms of a TD against where redirections led', async () => {
    const relative = { title: 'Lamp', properties: { level: { ...number, forms: [{ href: 'level' }] } } };
    answer = ({ url }, response) => {
      if (url === '/td') response.writeHead(302, { location: '/lamps/1/td' }).end();
      else response.end(url === '/lamps/1/td' ? JSON.stringify(relative) : '7');
    };
    await using thing = await consume(`${base}/td`);
    expect(await thing.properties['level']?.read()).toBe(7);
    expect(requests.at(-1)).toBe('GET /lamps/1/level');
  });

  it('prefers JSON where the TD claims the HTTP Basic Profile, within a scheme', async () => {
    const forms = [
      { href: '/cbor', contentType: 'application/cbor' },
      { href: '/text', contentType: 'text/plain' },
      { href: '/json' },
    ];
    const plain = { ...td, base, properties: { level: { ...number, forms } } };
    const claiming = { ...plain, profile: 'https://www.w3.org/2022/wot/profile/http-basic/v1' };
    answering(7);
    for (const each of [plain, claiming]) {
      await using thing = await consume(each as PartialTd);
      await thing.properties['level']?.read();
    }
    expect(requests).toEqual(['GET /cbor', 'GET /json']);
  });

  it('refuses an authority that is no certificate', async () => {
    expect(await failureOf(() => lamp({ ca: 'nonsense' }))).toMatch(/^invalid CA_INVALID/);
  });

  it('reads a TD from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consume-'));
    const path = join(folder, 'lamp.td.json');
    await writeFile(path, JSON.stringify(td));
    await using byPath = await consume(path);
    await using byUrl = await consume(pathToFileURL(path));
    expect([byPath.td.title, byUrl.td.title]).toEqual(['Lamp', 'Lamp']);
    await writeFile(path, '{');
    expect(await failureOf(() => consume(path))).toMatch(/^invalid DOCUMENT_INVALID.*lamp.*no JSON/);
    await rm(folder, { recursive: true });
    expect(await failureOf(() => consume(path))).toMatch(/^not-found FILE_UNREADABLE/);
  });

  it.each([
    [null, 'the whole'],
    [[], 'a list of Things'],
    [{}, '/title'],
    [{ title: 'x', base: 1, properties: [] }, '/base, /properties'],
    [{ title: 'x', properties: { 'a/b': 1, c: { forms: {} } } }, '/properties/a~1b, /properties/c/forms'],
    [
      { title: 'x', actions: { a: { forms: [1, { op: [1] }] } } },
      '/actions/a/forms/0, /actions/a/forms/1/href, /actions/a/forms/1/op',
    ],
    [
      { title: 'x', events: { a: { forms: [{ href: 'x', contentType: 1 }] } } },
      '/events/a/forms/0/contentType',
    ],
  ])('refuses the TD %j', async (wrong, paths) => {
    expect(await failureOf(() => consume(wrong as never))).toContain(paths);
    answering(wrong);
    expect(await failureOf(() => consume(base))).toMatch(/^invalid TD_INVALID/);
  });

  it('names what it cannot fetch', async () => {
    expect(await failureOf(() => consume('ftp://lamp/td'))).toMatch(/NO_CLIENT_FOR_SCHEME/);
    answering({}, 404);
    expect(await failureOf(() => consume(base))).toMatch(/^not-found/);
  });

  it('sends credentials', async () => {
    let authorization: string | undefined;
    answer = ({ headers }, response) => {
      authorization = headers.authorization;
      response.end('7');
    };
    await using thing = await lamp({ credentials: { token: 't' } });
    await thing.properties.level.read();
    expect(authorization).toBe('Bearer t');
  });
});
