import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { websocketClient } from '../../src/bindings/websocket/websocket-client.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { ClientBinding, ClientRequest, Notification } from '../../src/contracts/binding.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { Op } from '../../src/contracts/td.ts';
import { idToUuid } from '../../src/interaction/change-ids.ts';
import { type Collector, collector } from '../support/collector.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import {
  notify,
  rawSocket,
  respond,
  startWebThingPeer,
  type WebThingPeer,
} from '../support/web-thing-peer.ts';

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const lamp = 'urn:lamp';

let peer: WebThingPeer;
let client: ClientBinding;
let clock: FakeClock;

beforeEach(async () => {
  peer = await startWebThingPeer();
  clock = fakeClock();
  client = websocketClient({ clock, random: () => 1, maxMessage: 10_000 });
});

afterEach(async () => {
  await client.stop();
  await peer.stop();
});

function request(op: Op, name?: string, more: Partial<ClientRequest> = {}): ClientRequest {
  const form = { href: peer.href, contentType: 'application/json', subprotocol: 'webthingprotocol' };
  return { op, form, target: { thing: lamp, ...(name && { name }) }, timeout: 5000, ...more };
}

const json = (value: unknown) => ({ type: 'application/json', body: Buffer.from(JSON.stringify(value)) });

async function failure(promise: Promise<unknown>): Promise<WotError> {
  const error = await promise.then(
    () => expect.fail('should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WotError);
  return error as WotError;
}

async function answerOf(promise: ReturnType<ClientBinding['request']>): Promise<unknown> {
  const { content } = await promise;
  return content && JSON.parse(Buffer.from(content.body).toString());
}

/** What a subscription tells, as lines; `seen` has the notifications whole. */
function recorder() {
  const lines: Collector<string> = collector();
  const seen: Notification[] = [];
  return {
    lines,
    seen,
    next(notification: Notification) {
      seen.push(notification);
      const { name, content } = notification;
      lines.push(`${name}=${content === undefined ? 'none' : Buffer.from(content.body)}`);
    },
    gap: (gap: object) => lines.push(`gap ${JSON.stringify(gap)}`),
    interrupted: (error: Error) => lines.push(`interrupted ${(error as WotError).code}`),
    resumed: () => lines.push('resumed'),
    failed: (error: Error) => lines.push(`failed ${(error as WotError).code}`),
    ended: () => lines.push('ended'),
  };
}

/** Lets the client's clock run until something holds. */
async function running(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((turn) => setImmediate(turn));
    clock.advance(100);
  }
}

describe('requests', () => {
  it.each<[Op, string | undefined, unknown, object, object, unknown]>([
    ['readproperty', 'on', undefined, { name: 'on' }, { value: null }, null],
    ['writeproperty', 'on', true, { name: 'on', value: true }, { value: true }, undefined],
    ['readallproperties', undefined, undefined, {}, { values: { on: 1 } }, { on: 1 }],
    ['readmultipleproperties', undefined, ['on'], { names: ['on'] }, { values: {} }, {}],
    ['writemultipleproperties', undefined, { on: 1 }, { values: { on: 1 } }, {}, undefined],
    ['writeallproperties', undefined, { on: 1 }, { values: { on: 1 } }, {}, undefined],
    ['invokeaction', 'fade', { to: 1 }, { name: 'fade', input: { to: 1 } }, { output: false }, false],
    ['invokeaction', 'fade', undefined, { name: 'fade' }, {}, undefined],
    ['cancelaction', 'fade', 'a-1', { actionID: 'a-1' }, { actionID: 'a-1' }, undefined],
  ])('%s of %s with %j', async (...[op, name, payload, asked, answered, value]) => {
    peer.answer = (message, socket) => respond(socket, message, answered);
    const content = payload === undefined ? {} : { content: json(payload) };
    expect(await answerOf(client.request(request(op, name, content)))).toEqual(value);
    const ids = { messageID: expect.stringMatching(uuid4), correlationID: expect.stringMatching(uuid4) };
    expect(peer.requests).toEqual([
      { thingID: lamp, messageType: 'request', operation: op, ...ids, ...asked },
    ]);
  });

  it('turns states of actions into those of the Profile', async () => {
    const timeRequested = '2025-09-03T18:14:55.641Z';
    const pending = { actionID: 'a', state: 'pending', timeRequested };
    const failed = { state: 'failed', error: { status: 500 }, timeEnded: timeRequested };
    const answers = [
      { status: pending },
      { status: failed },
      { statuses: { fade: [pending, { actionID: 'b', status: 'completed', output: 1 }], ['__proto__']: [] } },
    ];
    peer.answer = (message, socket) => respond(socket, message, answers[peer.requests.length - 1]);
    const status = { id: 'a', status: 'pending', timeRequested };
    expect(await answerOf(client.request(request('invokeaction', 'fade')))).toEqual(status);
    expect(await answerOf(client.request(request('queryaction', 'fade', { content: json('a') })))).toEqual({
      status: 'failed',
      error: { status: 500 },
      timeEnded: timeRequested,
    });
    const all = await answerOf(client.request(request('queryallactions')));
    expect(Object.entries(all as object)).toEqual([
      ['fade', [status, { id: 'b', status: 'completed', output: 1 }]],
      ['__proto__', []],
    ]);
  });

  it.each([undefined, true])(
    'follows a state to its output, also where the TD says synchronous: %s',
    async (synchronous) => {
      peer.answer = (message, socket) => {
        const state =
          message.operation === 'invokeaction' ? { state: 'pending' } : { state: 'completed', output: 7 };
        respond(socket, message, { name: undefined, status: { actionID: 'a', ...state } });
      };
      const forms = [
        { href: peer.href, subprotocol: 'webthingprotocol', op: ['invokeaction', 'queryaction'] },
      ];
      const fade = { ...(synchronous && { synchronous }), output: { type: 'integer' }, forms } as const;
      await using thing = await consume({ id: lamp, title: 'Lamp', actions: { fade } } as const);
      expect(await thing.actions.fade.invoke()).toBe(7);
    },
  );

  it('sends uriVariables beside the name', async () => {
    peer.answer = (message, socket) => respond(socket, message, { value: 1 });
    const target = { thing: lamp, name: 'on', uriVariables: { unit: 'F' } };
    await client.request(request('readproperty', 'on', { target }));
    expect(peer.requests[0]?.uriVariables).toEqual({ unit: 'F' });
  });

  it('share one connection, with the credentials of the client', async () => {
    peer.answer = (message, socket) => respond(socket, message, { value: message.name });
    const bearer = websocketClient({ credentials: { token: 't' } });
    onTestFinished(() => bearer.stop());
    const names = Array.from({ length: 100 }, (_, index) => `p${index}`);
    const values = names.map((name) => answerOf(bearer.request(request('readproperty', name))));
    expect(await Promise.all(values)).toEqual(names);
    expect(peer.handshakes.map(({ headers }) => headers.authorization)).toEqual(['Bearer t']);
    expect(peer.handshakes[0]?.headers['sec-websocket-protocol']).toBe('webthingprotocol');
  });

  it('open a connection anew after 30 s without any', async () => {
    peer.answer = (message, socket) => respond(socket, message, { value: 1 });
    await client.request(request('readproperty', 'on'));
    const [socket] = peer.sockets;
    clock.advance(29_000);
    await client.request(request('readproperty', 'on'));
    clock.advance(29_000);
    expect(peer.handshakes).toHaveLength(1);
    clock.advance(1000);
    const [code] = await once(socket as NonNullable<typeof socket>, 'close');
    expect(code).toBe(1000);
    await client.request(request('readproperty', 'on'));
    expect(peer.handshakes).toHaveLength(2);
  });

  it('name a Thing without id by the address of its TD', async () => {
    const forms = [{ href: '/things', subprotocol: 'webthingprotocol' }];
    const td = { title: 'Lamp', base: peer.href, properties: { on: { type: 'boolean', forms } } };
    const server = createServer((_, response) => response.end(JSON.stringify(td))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    peer.answer = (message, socket) => respond(socket, message, { value: true });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/td`;
    await using thing = await consume<{
      readonly title: string;
      readonly properties: { readonly on: { readonly type: 'boolean' } };
    }>(address);
    expect(await thing.properties.on.read()).toBe(true);
    expect(peer.requests[0]?.thingID).toBe(address);
  });

  it('supports what it can send', () => {
    const can = (href: string, subprotocol = '', contentType = 'application/json') =>
      client.supports('readproperty', { href, contentType, subprotocol });
    expect(can('ws://h/things', 'webthingprotocol')).toBe(true);
    expect(can('WSS://h/things', 'webthingprotocol')).toBe(true);
    expect(can('ws://h/things')).toBe(false);
    expect(can('ws://h/things', 'webthingprotocol', 'image/png')).toBe(false);
    expect(can('http://h/things', 'webthingprotocol')).toBe(false);
  });
});

describe('failures', () => {
  it('keeps the problem, the status and the address', async () => {
    const errors = [{ pointer: '/a', detail: 'b' }];
    const error = { status: 409, kind: 'conflict', code: 'BUSY', detail: 'The valve moves.', errors };
    peer.answer = (message, socket) => respond(socket, message, { error });
    const told = await failure(client.request(request('invokeaction', 'fade')));
    expect(told).toMatchObject({ kind: 'conflict', code: 'BUSY', message: 'The valve moves.' });
    expect(told.details).toEqual({ href: peer.href, status: 409, errors });
  });

  it.each([
    [{ status: 404, title: 'Not Found' }, 'not-found'],
    [{ status: '503' }, 'unavailable'],
    [{ status: 418 }, 'invalid'],
    [{}, 'internal'],
    ['broken', 'internal'],
  ])('reads the error %j of a foreign Thing as %s', async (error, kind) => {
    peer.answer = (message, socket) => respond(socket, message, { error });
    expect((await failure(client.request(request('readproperty', 'on')))).kind).toBe(kind);
  });

  it.each<Op>(['readproperty', 'readallproperties', 'queryaction', 'queryallactions'])(
    'says what a response to %s lacks',
    async (op) => {
      peer.answer = (message, socket) => respond(socket, message);
      expect((await failure(client.request(request(op)))).code).toBe('RESPONSE_MALFORMED');
    },
  );

  it('keeps the text of an error, and takes null for none', async () => {
    peer.answer = (message, socket) => respond(socket, message, { error: 'broken' });
    expect((await failure(client.request(request('readproperty', 'on')))).message).toBe('broken');
    peer.answer = (message, socket) => respond(socket, message, { error: null, value: 5 });
    expect(await answerOf(client.request(request('readproperty', 'on')))).toBe(5);
  });

  it.each<[Op, object]>([
    ['readproperty', { value: 1, operation: 'writeproperty' }],
    ['readproperty', { value: 1, thingID: 'urn:other' }],
    ['writeproperty', { name: 'off' }],
    ['invokeaction', { status: { actionID: 'a', state: 'weird' } }],
    ['invokeaction', { status: null }],
    ['queryaction', { status: {} }],
  ])('does not take for an answer to %s: %j', async (op, answer) => {
    peer.answer = (message, socket) => respond(socket, message, answer);
    expect((await failure(client.request(request(op, 'on')))).code).toBe('RESPONSE_MALFORMED');
  });

  it('says that messages came which could not be used', async () => {
    peer.answer = (message, socket) => {
      if (message.name === 'off') respond(socket, message, { value: 1 });
      socket.send('nope{');
      socket.send(Buffer.from('{}'));
      respond(socket, message, { value: 1, correlationID: undefined });
    };
    const reading = failure(client.request(request('readproperty', 'on')));
    const observing = failure(client.subscribe(request('observeproperty', 'on'), recorder()));
    await client.request(request('readproperty', 'off'));
    clock.advance(5000);
    for (const told of await Promise.all([reading, observing])) {
      expect(told).toMatchObject({ kind: 'timeout', code: 'RESPONSE_TIMEOUT' });
      expect(told.message).toMatch(/sent \d message\(s\) that could not be used/);
    }
  });

  it('ignores what is no answer to it', async () => {
    peer.answer = (message, socket) => {
      socket.send('{');
      socket.send('[]');
      socket.send('null');
      socket.send('['.repeat(9000));
      socket.send(Buffer.from([1, 2, 3]));
      socket.send(JSON.stringify({ messageType: 'response', correlationID: 'unknown', value: 7 }));
      socket.send(JSON.stringify({ messageType: 'response', value: 7 }));
      respond(socket, message, { messageType: 'notification', value: 7 });
      respond(socket, message, { value: 8 });
      respond(socket, message, { value: 9 });
    };
    expect(await answerOf(client.request(request('readproperty', 'on')))).toBe(8);
    expect(peer.handshakes).toHaveLength(1);
  });

  it('gives up after the timeout, and when the caller does', async () => {
    const asked = Promise.withResolvers<void>();
    peer.answer = () => asked.resolve();
    const late = failure(client.request(request('readproperty', 'on')));
    await asked.promise;
    clock.advance(5000);
    expect((await late).code).toBe('RESPONSE_TIMEOUT');
    const abort = new AbortController();
    const aborted = client.request(request('readproperty', 'on', { signal: abort.signal }));
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
  });

  it('asks again for what is safe when the connection breaks, once', async () => {
    peer.answer = (message, socket) => {
      if (peer.requests.length === 1) rawSocket(socket).resetAndDestroy();
      else respond(socket, message, { value: 1 });
    };
    expect(await answerOf(client.request(request('readproperty', 'on')))).toBe(1);
    expect(new Set(peer.requests.map(({ correlationID }) => correlationID)).size).toBe(2);
    peer.answer = (_, socket) => socket.close(1011, 'no more');
    const error = await failure(client.request(request('readproperty', 'on')));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'CONNECTION_LOST' });
    expect(error.message).toContain('1011: no more');
    expect(peer.requests).toHaveLength(4);
  });

  it.each<Op>(['writeproperty', 'invokeaction', 'cancelaction'])(
    'does not send %s again: whether it was done is unknown',
    async (op) => {
      peer.answer = (_, socket) => socket.terminate();
      const error = await failure(client.request(request(op, 'on', { content: json('x') })));
      expect(error).toMatchObject({ kind: 'unavailable', code: 'OUTCOME_UNKNOWN' });
      expect(peer.requests).toHaveLength(1);
      await failure(client.request(request(op, 'on', { content: json('x'), idempotent: true })));
      expect(peer.requests).toHaveLength(3);
    },
  );

  it('bounds a message', async () => {
    peer.answer = (message, socket) => respond(socket, message, { value: 'x'.repeat(10_001) });
    expect(await failure(client.request(request('readproperty', 'on')))).toMatchObject({
      kind: 'too-large',
      code: 'RESPONSE_TOO_LARGE',
    });
  });

  it('blames the largest request for a connection closed as too large', async () => {
    peer.answer = (message, socket) => {
      if (message.name === 'big') socket.close(1009);
      else if (peer.handshakes.length > 1) respond(socket, message, { value: 'fine' });
    };
    const small = client.request(request('readproperty', 'small'));
    const big = failure(client.request(request('writeproperty', 'big', { content: json('x'.repeat(999)) })));
    expect((await big).code).toBe('REQUEST_TOO_LARGE');
    expect(await answerOf(small)).toBe('fine');
  });

  it('says that nobody listens', async () => {
    const { href } = peer;
    await peer.stop();
    const error = await failure(client.request(request('writeproperty', 'on', { content: json(1) })));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'CONNECTION_FAILED', details: { href } });
    peer = await startWebThingPeer();
  });

  it('refuses what it cannot send', async () => {
    const binary = { type: 'application/octet-stream', body: Uint8Array.of(1) };
    const codes = await Promise.all(
      [
        request('writeproperty', 'on', { content: binary }),
        request('writeproperty', 'on', { content: { type: 'application/json', body: Buffer.from('{') } }),
        { op: 'readproperty', form: { href: peer.href }, timeout: 0 } as const,
        request('readproperty', 'on', { target: { thing: '', name: 'on' } }),
        request('readproperty', 'on', { form: { href: 'ws://[' } }),
        request('readproperty', 'on', { form: { href: `${peer.href}#x` } }),
      ].map(async (wrong) => (await failure(client.request(wrong))).code),
    );
    expect(codes).toEqual([
      'PAYLOAD_NOT_JSON',
      'PAYLOAD_MALFORMED',
      'TARGET_MISSING',
      'THING_ID_MISSING',
      'REQUEST_INVALID',
      'REQUEST_INVALID',
    ]);
    expect(peer.requests).toEqual([]);
  });

  it('fails after stop', async () => {
    await client.stop();
    expect((await failure(client.request(request('readproperty', 'on')))).code).toBe('CLIENT_STOPPED');
  });

  it('stops while requests wait', async () => {
    const asked = Promise.withResolvers<void>();
    peer.answer = () => asked.resolve();
    const waiting = failure(client.request(request('readproperty', 'on')));
    await asked.promise;
    await client.stop();
    expect((await waiting).code).toBe('CLIENT_STOPPED');
  });

  it('notices a half-open connection within two heartbeats', async () => {
    peer.answer = (_, socket) => socket.pause();
    const waiting = failure(client.request(request('invokeaction', 'fade', { timeout: 0 })));
    await running(() => peer.requests.length === 1);
    clock.advance(60_000);
    expect((await waiting).message).toContain('silent');
  });
});

describe('handshakes', () => {
  let server: Server;
  let href: string;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    href = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/things`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = () => client.request(request('readproperty', 'on', { form: { href }, timeout: 0 }));

  it.each([
    [401, 'unauthenticated'],
    [404, 'not-found'],
    [503, 'unavailable'],
    [302, 'unavailable'],
  ])('tell status %i as %s', async (status, kind) => {
    server.on('upgrade', (_, socket) => socket.end(`HTTP/1.1 ${status} Refused\r\n\r\nsorry`));
    const error = await failure(read());
    expect([error.kind, error.details.status]).toEqual([kind, status]);
    expect(error.message).toContain(href);
  });

  it('keep the problem of a refusal', async () => {
    const body = JSON.stringify({ kind: 'overloaded', code: 'SOCKETS_EXHAUSTED', detail: 'Full.' });
    const head = 'HTTP/1.1 503 Full\r\nContent-Type: application/problem+json\r\nRetry-After: 30\r\n';
    server.on('upgrade', (_, socket) => socket.end(`${head}\r\n${body}`));
    expect(await failure(read())).toMatchObject({
      code: 'SOCKETS_EXHAUSTED',
      message: 'Full.',
      details: { retryAfter: 30 },
    });
  });

  it.each([
    ['without the subprotocol', 'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
    ['that are no HTTP', 'hello\r\n\r\n'],
    ['that end at once', ''],
    ['with an endless body', `HTTP/1.1 400 No\r\n\r\n${'x'.repeat(100_000)}`],
  ])('%s fail', async (_, answer) => {
    server.on('upgrade', (_request, socket) => socket.end(answer));
    expect((await failure(read())).details.href).toBe(href);
  });

  it('that get no answer end after 10 s', async () => {
    const upgraded = once(server, 'upgrade');
    const waiting = failure(read());
    const [, socket] = await upgraded;
    clock.advance(10_000);
    expect(await waiting).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('10000 ms'),
    });
    socket.destroy();
  });

  it('followed by garbage lose the connection', async () => {
    peer.answer = (_, socket) => rawSocket(socket).write(Buffer.from([0xff, 0xff, 0x00, 0x12, 0x34]));
    expect(await failure(client.request(request('readproperty', 'on')))).toMatchObject({
      kind: 'unavailable',
      code: 'CONNECTION_LOST',
    });
  });
});

describe('subscriptions', () => {
  const [first, second, third] = [1_700_000_000_000_000, 1_700_000_000_000_001, 1_700_000_000_000_002].map(
    idToUuid,
  ) as [string, string, string];

  it('tell names, ids, times and values', async () => {
    const timestamp = '2025-08-20T11:54:25.535Z';
    peer.answer = (message, socket) => {
      respond(socket, message);
      notify(socket, message, { messageID: first, timestamp, value: 42 });
      notify(socket, message, { messageID: 7, timestamp: 8, name: ['x'], value: null });
      notify(socket, message, { messageID: second });
    };
    const listener = recorder();
    const close = await client.subscribe(request('observeproperty', 'level'), listener);
    expect(await listener.lines.until((line) => line === 'level=none')).toEqual([
      'level=42',
      'undefined=null',
      'level=none',
    ]);
    expect(listener.seen[0]).toEqual({
      name: 'level',
      id: first,
      timestamp,
      content: { type: 'application/json', body: Buffer.from('42') },
    });
    await close();
    await close();
    await running(() => peer.requests.length === 2);
    expect(peer.requests[1]).toMatchObject({ operation: 'unobserveproperty', name: 'level' });
    expect(peer.requests[1]?.correlationID).not.toBe(peer.requests[0]?.correlationID);
  });

  it.each<[Op, Op]>([
    ['observeallproperties', 'unobserveallproperties'],
    ['subscribeevent', 'unsubscribeevent'],
    ['subscribeallevents', 'unsubscribeallevents'],
  ])('%s ends by %s', async (op, ending) => {
    peer.answer = (message, socket) => {
      respond(socket, message);
      if (message.operation === op) notify(socket, message, { name: 'hot', data: 1 });
    };
    const listener = recorder();
    const close = await client.subscribe(request(op), listener);
    await listener.lines.until((line) => line === 'hot=1');
    await close();
    await running(() => peer.requests.length === 2);
    expect(peer.requests[1]?.operation).toBe(ending);
  });

  it('that overlap have a connection of their own; others share one, equal ones a subscription', async () => {
    peer.answer = (message, socket) => {
      respond(socket, message);
      if (message.operation.startsWith('sub') || message.operation.startsWith('obs'))
        notify(socket, message, { name: message.name ?? 'any', value: 1 });
    };
    const open = async (op: Op, name?: string, thing = lamp) => {
      const listener = recorder();
      const target = { thing, ...(name && { name }) };
      const close = await client.subscribe(request(op, name, { target }), listener);
      await listener.lines.until((line) => line === `${name ?? 'any'}=1`);
      return close;
    };
    const close = await open('observeproperty', 'level');
    await open('observeproperty', 'on');
    await open('subscribeevent', 'level');
    await open('observeproperty', 'level', 'urn:other');
    expect(peer.handshakes).toHaveLength(1);
    const again = await open('observeproperty', 'level');
    expect(peer.requests).toHaveLength(4);
    await open('observeallproperties');
    expect(peer.handshakes).toHaveLength(2);
    await open('subscribeallevents');
    expect(peer.handshakes).toHaveLength(2);
    await close();
    await again();
    await running(() => peer.requests.at(-1)?.operation === 'unobserveproperty');
    await client.request(request('invokeaction', 'fade'));
    await open('observeproperty', 'level');
    expect(peer.handshakes).toHaveLength(2);
  });

  it('closed before they stand are ended when the Thing has accepted them', async () => {
    const held: (() => void)[] = [];
    peer.answer = (message, socket) => respond(socket, message);
    await client.subscribe(request('subscribeevent', 'cold'), recorder());
    peer.answer = (message, socket) => void held.push(() => respond(socket, message));
    const abort = new AbortController();
    const opening = client.subscribe(request('subscribeevent', 'hot', { signal: abort.signal }), recorder());
    await running(() => held.length === 1);
    abort.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(peer.requests).toHaveLength(2);
    held[0]?.();
    await running(() => peer.requests.length === 3);
    expect(peer.requests[2]).toMatchObject({ operation: 'unsubscribeevent', name: 'hot' });
  });

  it('closed before the Thing answers leave no connection behind', async () => {
    for (let times = 1; times <= 5; times++) {
      const abort = new AbortController();
      const opening = client.subscribe(
        request('observeproperty', 'on', { signal: abort.signal }),
        recorder(),
      );
      await running(() => peer.requests.length === times);
      abort.abort(new Error('enough'));
      await expect(opening).rejects.toThrow('enough');
      await running(() => peer.sockets.size === 0);
    }
  });

  it('wait for a place where sixteen connections have one that overlaps', async () => {
    peer.answer = (message, socket) => respond(socket, message);
    const observe = (unit: number) => {
      const target = { thing: lamp, name: 'on', uriVariables: { unit } };
      return client.subscribe(request('observeproperty', 'on', { target }), recorder());
    };
    const closes = await Promise.all(Array.from({ length: 16 }, (_, unit) => observe(unit)));
    expect(peer.handshakes).toHaveLength(16);
    const late = observe(16);
    await client.request(request('invokeaction', 'fade'));
    expect(peer.requests.filter(({ operation }) => operation === 'observeproperty')).toHaveLength(16);
    await closes[7]?.();
    await late;
    expect(peer.handshakes).toHaveLength(16);
  });

  it('reject when the Thing refuses or does not answer', async () => {
    const subscribe = () => client.subscribe(request('subscribeevent', 'hot'), recorder());
    peer.answer = (message, socket) => respond(socket, message, { error: { status: 404 } });
    expect((await failure(subscribe())).kind).toBe('not-found');
    const asked = Promise.withResolvers<void>();
    peer.answer = () => asked.resolve();
    const late = failure(subscribe());
    await asked.promise;
    clock.advance(5000);
    expect((await late).kind).toBe('timeout');
  });

  it('resume after the last id, and tell the gap that the Thing tells once', async () => {
    const gap = { after: first, resumesAt: third };
    peer.answer = (message, socket) => {
      const times = peer.requests.length;
      respond(socket, message, times === 2 ? { gap } : {});
      if (times === 1) notify(socket, message, { messageID: first, data: 1 });
      if (times < 3) setImmediate(() => socket.terminate());
      else notify(socket, message, { messageID: third, data: 3, gap: { after: 1 } });
    };
    const listener = recorder();
    await client.subscribe(request('subscribeevent', 'hot'), listener);
    await running(() => listener.lines.items.includes('hot=3'));
    expect(peer.requests.map(({ lastNotificationID }) => lastNotificationID)).toEqual([
      undefined,
      first,
      second,
    ]);
    expect(listener.lines.items).toEqual([
      'hot=1',
      'interrupted CONNECTION_LOST',
      'resumed',
      `gap ${JSON.stringify(gap)}`,
      'interrupted CONNECTION_LOST',
      'resumed',
      'gap {}',
      'hot=3',
    ]);
  });

  it('tell a gap where the ids of the Thing do not show that nothing was lost', async () => {
    const foreign = '9b9c2a51-6a5f-4f6c-8d4b-0f6f0f5e1a11';
    peer.answer = (message, socket) => {
      respond(socket, message);
      if (peer.requests.length > 1)
        notify(socket, message, { messageID: foreign, data: peer.requests.length });
      if (peer.requests.length < 3) setImmediate(() => socket.terminate());
    };
    const listener = recorder();
    await client.subscribe(request('subscribeevent', 'hot'), listener);
    await running(() => listener.lines.items.includes('hot=3'));
    expect(listener.lines.items.filter((line) => /^(gap|hot)/.test(line))).toEqual([
      'gap {}',
      'hot=2',
      `gap {"after":"${foreign}"}`,
      'hot=3',
    ]);
  });

  it('end with the Thing, fail with its errors, and come back from what passes', async () => {
    const endings = [
      { error: { status: 404 } },
      { error: { status: 403 } },
      { error: { status: 500, detail: 'Catching up failed.' } },
    ];
    peer.answer = (message, socket) => {
      respond(socket, message);
      if (peer.requests.length <= 3) {
        notify(socket, message, endings[peer.requests.length - 1] ?? {});
        notify(socket, message, { data: 'too late' });
      }
    };
    const listeners = [recorder(), recorder(), recorder()];
    for (const [index, listener] of listeners.entries())
      await client.subscribe(request('subscribeevent', `hot${index}`), listener);
    await running(() => listeners[2]?.lines.items.includes('resumed') ?? false);
    expect(listeners.map(({ lines }) => lines.items)).toEqual([
      ['ended'],
      ['failed FORBIDDEN'],
      ['interrupted INTERNAL', 'resumed', 'gap {}'],
    ]);
  });

  it('end with the signal and with the client', async () => {
    peer.answer = (message, socket) => respond(socket, message);
    const [one, other, abort] = [recorder(), recorder(), new AbortController()];
    await client.subscribe(request('subscribeevent', 'hot', { signal: abort.signal }), one);
    await client.subscribe(request('subscribeevent', 'cold'), other);
    abort.abort();
    expect(await one.lines.until(() => true)).toEqual(['ended']);
    await client.stop();
    expect(await other.lines.until(() => true)).toEqual(['ended']);
  });

  it('fail when the listener throws, alone', async () => {
    peer.answer = (message, socket) => {
      respond(socket, message);
      notify(socket, message, { data: 1 });
    };
    const other = recorder();
    await client.subscribe(request('subscribeevent', 'cold'), other);
    const failed = Promise.withResolvers<Error>();
    const next = (): never => {
      throw new RangeError('a bug');
    };
    await client.subscribe(request('subscribeevent', 'hot'), { ...recorder(), next, failed: failed.resolve });
    expect(await failed.promise).toBeInstanceOf(RangeError);
    await running(() => peer.requests.at(-1)?.operation === 'unsubscribeevent');
    expect(other.lines.items).toEqual(['cold=1']);
  });

  describe('that are equal', () => {
    let tell: (members: object) => void;

    beforeEach(() => {
      peer.answer = (message, socket) => {
        respond(socket, message);
        tell = (members) => notify(socket, message, members);
        if (message.operation === 'observeproperty') tell({ messageID: first, value: 1 });
      };
    });

    const join = async (op: Op, more: Partial<ClientRequest> = {}) => {
      const listener = recorder();
      const close = await client.subscribe(request(op, 'on', more), listener);
      return { ...listener, close };
    };

    it('are one to the Thing: who joins gets the latest value and what follows, the last who leaves ends it', async () => {
      const one = await join('observeproperty');
      await one.lines.until((line) => line === 'on=1');
      const rest = await Promise.all(Array.from({ length: 100 }, () => join('observeproperty')));
      expect(rest.map(({ seen }) => seen)).toEqual(rest.map(() => one.seen));
      expect(one.seen[0]?.id).toBe(first);
      tell({ messageID: second, value: 2 });
      for (const { lines } of rest)
        expect(await lines.until((line) => line === 'on=2')).toEqual(['on=1', 'on=2']);
      for (const { close } of rest) await close();
      expect(peer.requests).toHaveLength(1);
      tell({ messageID: third, value: 3 });
      await one.lines.until((line) => line === 'on=3');
      await one.close();
      await running(() => peer.requests.length === 2);
      expect(peer.requests[1]?.operation).toBe('unobserveproperty');
      expect([peer.handshakes.length, rest[0]?.lines.items]).toEqual([1, ['on=1', 'on=2']]);
    });

    it('of events give what follows alone', async () => {
      const one = await join('subscribeevent');
      tell({ data: 1 });
      await one.lines.until((line) => line === 'on=1');
      const other = await join('subscribeevent');
      tell({ data: 2 });
      expect(await other.lines.until((line) => line === 'on=2')).toEqual(['on=2']);
    });

    it('go on where one throws, or its signal aborts', async () => {
      const failed = Promise.withResolvers<Error>();
      const abort = new AbortController();
      const steady = await join('observeproperty');
      const next = (): never => {
        throw new RangeError('a bug');
      };
      await client.subscribe(request('observeproperty', 'on'), {
        ...recorder(),
        next,
        failed: failed.resolve,
      });
      const brief = await join('observeproperty', { signal: abort.signal });
      expect(await failed.promise).toBeInstanceOf(RangeError);
      abort.abort();
      expect(brief.lines.items.at(-1)).toBe('ended');
      tell({ value: 2 });
      expect(await steady.lines.until((line) => line === 'on=2')).toEqual(['on=1', 'on=2']);
      expect(brief.lines.items).toEqual(['on=1', 'ended']);
    });

    it('open on when the first gives up', async () => {
      const held: (() => void)[] = [];
      peer.answer = (message, socket) => void held.push(() => respond(socket, message));
      const abort = new AbortController();
      const [impatient, patient] = [
        join('observeproperty', { signal: abort.signal }),
        join('observeproperty'),
      ];
      await running(() => held.length === 1);
      abort.abort(new Error('enough'));
      await expect(impatient).rejects.toThrow('enough');
      held[0]?.();
      await patient;
      expect(peer.requests).toHaveLength(1);
    });

    it('are told of losses, and joined when the connection is back', async () => {
      const one = await join('observeproperty');
      await one.lines.until((line) => line === 'on=1');
      for (const socket of peer.sockets) socket.terminate();
      await one.lines.until((line) => line === 'interrupted CONNECTION_LOST');
      const joining = join('observeproperty');
      await running(() => one.lines.items.includes('resumed'));
      const other = await joining;
      expect(other.lines.items[0]).toBe('on=1');
      expect(peer.requests).toHaveLength(2);
      tell({ error: { status: 404 } });
      await Promise.all([one, other].map(({ lines }) => lines.until((line) => line === 'ended')));
      await join('observeproperty');
      expect(peer.requests).toHaveLength(3);
    });
  });

  it('notice a silent connection and open another', async () => {
    peer.answer = (message, socket) => {
      respond(socket, message);
      if (peer.handshakes.length === 1) socket.pause();
    };
    const listener = recorder();
    await client.subscribe(request('subscribeevent', 'hot'), listener);
    await running(() => listener.lines.items.includes('resumed'));
    expect(listener.lines.items.slice(0, 2)).toEqual(['interrupted CONNECTION_LOST', 'resumed']);
  });

  it('fail on a notification above the bound', async () => {
    peer.answer = (message, socket) => {
      respond(socket, message);
      notify(socket, message, { data: 'x'.repeat(10_001) });
    };
    const listener = recorder();
    await client.subscribe(request('subscribeevent', 'hot'), listener);
    expect(await listener.lines.until(() => true)).toEqual(['failed RESPONSE_TOO_LARGE']);
  });
});
