import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { http } from '../../src/bindings/http/http-server.ts';
import { type WebSocketOptions, websocket } from '../../src/bindings/websocket/websocket-server.ts';
import type { ServerBinding } from '../../src/contracts/binding.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { Interactions } from '../../src/contracts/interaction.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { Form } from '../../src/contracts/td.ts';
import { idToUuid } from '../../src/interaction/change-ids.ts';
import { createServient, type Servient, type ServientOptions } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { openThingSocket, type Received, type ThingSocket } from '../support/thing-socket.ts';

const heartbeat = 15_000;

let clock: FakeClock;
let servient: Servient;
let binding: ServerBinding;
let lamp: ExposedThing;
let url: string;
/** Ends the reads of `slow` and the runs of `hang` that wait since `hold`. */
let release: () => void;
let released: Promise<void>;
/** Reasons for which calls of `hang` were aborted. */
let aborted: unknown[];
/** Subscriptions to `tick` that stand. */
let ticking: number;

const definition: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: {
      note: { type: 'string', observable: true },
      dim: { type: 'integer', observable: true },
      slow: { type: 'integer', observable: true, readOnly: true },
      clamped: { type: 'integer' },
      plain: { type: 'integer', uriVariables: { plus: { type: 'integer' } }, readOnly: true },
      picture: { forms: [{ contentType: 'image/png' }], readOnly: true, observable: true },
    },
    actions: { hang: {}, fade: { synchronous: false } },
    events: { tick: { data: {} }, tock: { data: {} } },
  },
  options: {},
  handlers: () => ({
    properties: {
      note: { initial: '' },
      dim: { initial: 0 },
      slow: { read: () => released.then(() => 1) },
      clamped: { read: () => 100, write: () => undefined },
      plain: { read: ({ uriVariables }) => 1 + Number(uriVariables['plus'] ?? 0) },
      picture: { initial: new Uint8Array(2) as never },
    },
    actions: {
      hang: (_, { signal }) => {
        signal.onabort = () => aborted.push(signal.reason);
        return released;
      },
      fade: () => undefined,
    },
    events: { tick: { subscribed: () => void ticking++, unsubscribed: () => void ticking-- } },
  }),
};

async function start(options: WebSocketOptions = {}, more: ServientOptions = {}): Promise<void> {
  binding = websocket(options);
  servient = createServient({ bindings: [http({ port: 0 }), binding], clock, logger: silentLogger, ...more });
  lamp = await servient.expose(definition);
  url = String(servient.addresses[1]);
}

function hold(): void {
  ({ promise: released, resolve: release } = Promise.withResolvers<void>());
}

beforeEach(async () => {
  clock = fakeClock();
  hold();
  release();
  aborted = [];
  ticking = 0;
  await start();
});

afterEach(async () => {
  release();
  await servient.stop();
});

async function open(): Promise<ThingSocket> {
  const opened = await openThingSocket(url, lamp.id);
  onTestFinished(() => opened.socket.terminate());
  return opened;
}

async function eventually(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 10_000, interval: 5 });
}

/** What a handshake is answered with. */
async function handshake(path: string, headers: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(url);
  const asked = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'other, webthingprotocol',
    ...headers,
  };
  const sent = httpRequest({ hostname, port, path, headers: asked }).end();
  return new Promise<{ status: number; code?: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve) => {
      sent.on('upgrade', ({ headers }, socket) => {
        socket.destroy();
        resolve({ status: 101, headers });
      });
      sent.on('response', async (response) => {
        const { code } = JSON.parse((await response.toArray()).join(''));
        resolve({ status: response.statusCode ?? 0, code, headers: response.headers });
      });
    },
  );
}

function metric(name: string, direction?: string): number | undefined {
  const samples = binding.metrics?.().find((each) => each.name === `thingwright_websocket_${name}`)?.samples;
  return samples?.find(({ labels }) => labels?.['direction'] === direction)?.value;
}

/** Emits what neither the connection nor its buffers hold at once: on the wire six times as large as in memory. */
async function flood(event: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    lamp.handle.emit(event, { index, filling: '\u0001'.repeat(10_000) });
    await turn();
  }
}

const indices = (notifications: readonly Received[]): readonly unknown[] =>
  notifications.map(({ data }) => (data as { readonly index: number }).index);

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('endpoint', () => {
  test('is at the port of HTTP; Things have an address there too', async () => {
    expect(url).toBe(`${servient.addresses[0]?.replace('http', 'ws')}/things`);
    expect((await handshake('/things/lamp')).status).toBe(101);
    const accepted = await handshake('/things');
    expect([accepted.status, accepted.headers['sec-websocket-protocol']]).toEqual([101, 'webthingprotocol']);
  });

  test('needs HTTP before it', async () => {
    const alone = createServient({ bindings: [websocket(), http({ port: 0 })] });
    expect(await failureOf(() => alone.start())).toContain('put http() before websocket()');
  });

  test('is once at an HTTP server, whose address its metrics have', async () => {
    const bindings = [http({ port: 0 }), websocket(), websocket()];
    const twice = createServient({ bindings });
    expect(await failureOf(() => twice.start())).toMatch(/^conflict WEBSOCKET_TWICE: .*once/);
    const again = createServient({ bindings: bindings.slice(0, 2) });
    onTestFinished(() => again.stop());
    await again.start();
    const samples = bindings[1]?.metrics?.().flatMap((metric) => metric.samples) ?? [];
    const address = bindings[1]?.addresses[0];
    expect(samples.map(({ labels }) => labels?.['address'])).toEqual([address, address, address, address]);
  });

  test('is below the public base', async () => {
    await servient.stop();
    await start({}, { publicBase: 'https://site.example/wot/' });
    expect(url).toBe('wss://site.example/wot/things');
  });

  test.each([
    { of: 'a Thing that is not there', path: '/things/lump', status: 404, code: 'UPGRADE_UNKNOWN' },
    { of: 'no subprotocol', headers: { 'sec-websocket-protocol': 'mqtt' }, code: 'SUBPROTOCOL_MISSING' },
    {
      of: 'another version',
      headers: { 'sec-websocket-version': '7' },
      status: 426,
      code: 'WEBSOCKET_VERSION_UNKNOWN',
    },
    { of: 'no key', headers: { 'sec-websocket-key': 'x' }, code: 'HANDSHAKE_INVALID' },
    {
      of: 'a foreign page',
      headers: { origin: 'https://evil.example' },
      status: 403,
      code: 'ORIGIN_NOT_ALLOWED',
    },
  ])('refuses $of with a problem', async ({ path = '/things', headers = {}, status = 400, code }) => {
    expect(await handshake(path, headers)).toMatchObject({ status, code });
  });

  test.each([
    ['in total', { maxSockets: 2 }, { status: 503, code: 'SOCKETS_EXHAUSTED' }],
    ['per address', { maxSocketsPerClient: 2 }, { status: 429, code: 'SOCKETS_PER_CLIENT' }],
  ])('bounds its sockets %s', async (_, options, refusal) => {
    await servient.stop();
    await start(options);
    const first = await open();
    await open();
    const refused = await handshake('/things');
    expect(refused).toMatchObject({ ...refusal, headers: { 'retry-after': '30' } });
    first.socket.terminate();
    await eventually(() => metric('sockets') === 1);
    await open();
  });
});

test('the forms of a TD are one per affordance, with the ops that messages can do', () => {
  const { properties, actions, events, forms } = lamp.td();
  const opsOf = (place: { readonly forms?: readonly Form[] } | undefined) =>
    place?.forms?.filter(({ href }) => href === url).map(({ op }) => op);
  expect(opsOf(properties?.['plain'])).toEqual([['readproperty']]);
  expect(opsOf(properties?.['slow'])).toEqual([['readproperty', 'observeproperty', 'unobserveproperty']]);
  expect(opsOf(properties?.['picture'])).toEqual([]);
  expect(opsOf(actions?.['hang'])).toEqual([['invokeaction']]);
  expect(opsOf(actions?.['fade'])).toEqual([['invokeaction', 'queryaction', 'cancelaction']]);
  expect(opsOf(events?.['tick'])).toEqual([['subscribeevent', 'unsubscribeevent']]);
  expect(opsOf({ forms: forms ?? [] })?.flat()).toHaveLength(9);
});

test('one socket speaks with many Things, uriVariables included', async () => {
  const { ask } = await open();
  expect(await ask('readproperty', { name: 'plain', uriVariables: { plus: 2 } })).toMatchObject({ value: 3 });
  const own = [...servient.things.values()].find(({ listed }) => !listed);
  expect(await ask('readproperty', { thingID: own?.id, name: 'things' })).toMatchObject({
    thingID: own?.id,
    value: [{ name: 'lamp' }],
  });
});

describe('what is no request', () => {
  const valid = () => ({
    thingID: lamp.id,
    messageID: randomUUID(),
    messageType: 'request',
    operation: 'readproperty',
    name: 'dim',
  });

  test.each([
    ['no JSON', () => '{', 'PAYLOAD_MALFORMED'],
    ['no object', () => '[]', 'MESSAGE_INVALID'],
    ['too deep', () => `{"value":${'['.repeat(100)}${']'.repeat(100)}}`, 'PAYLOAD_MALFORMED'],
    ['a binary frame', () => Buffer.from(JSON.stringify(valid())), 'MESSAGE_BINARY'],
    ['a response', () => JSON.stringify({ ...valid(), messageType: 'response' }), 'MESSAGE_INVALID'],
    [
      'an odd operation',
      () => JSON.stringify({ ...valid(), operation: { toString: null } }),
      'MESSAGE_INVALID',
    ],
    ['a messageID that is no UUID', () => JSON.stringify({ ...valid(), messageID: '1' }), 'MESSAGE_INVALID'],
  ])('is answered and leaves the connection open: %s', async (_, message, code) => {
    const { send, ask } = await open();
    expect(await send(message())).toMatchObject({ messageType: 'response', error: { status: 400, code } });
    expect(await ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
  });

  test('names all that is wrong, and repeats what is known', async () => {
    const { ask } = await open();
    expect(await ask('writeproperty', { messageID: 7, name: '' })).toMatchObject({
      thingID: lamp.id,
      operation: 'writeproperty',
      correlationID: expect.any(String),
      error: { errors: [{ pointer: '/messageID' }, { pointer: '/name' }, { pointer: '/value' }] },
    });
  });

  test('a message over the limit closes its connection with 1009, others are served', async () => {
    const [big, other] = [await open(), await open()];
    big.socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await big.closed).toBe(1009);
    expect(await other.ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
  });

  test('a frame that breaks the protocol closes its connection, others are served', async () => {
    const other = await open();
    const { hostname, port } = new URL(url);
    const raw = connect(Number(port), hostname);
    raw.write(
      `GET /things HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: webthingprotocol\r\n\r\n`,
    );
    raw.write(Buffer.from([0xff, 0xff, 0xff]));
    const bytes = Buffer.concat(await raw.toArray());
    expect(bytes.subarray(-4)).toEqual(Buffer.from([0x88, 2, 1002 >> 8, 1002 & 0xff]));
    expect(await other.ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
  });
});

describe('subscriptions', () => {
  test('resume after the last notification, on another socket', async () => {
    const first = await open();
    await first.ask('subscribeallevents');
    lamp.handle.emit('tick', 1);
    const [last] = await first.notifications(1);
    first.socket.terminate();
    lamp.handle.emit('tick', 2);
    lamp.handle.emit('tock', 3);
    const second = await open();
    const response = await second.ask('subscribeallevents', { lastNotificationID: last?.messageID });
    expect(response).not.toHaveProperty('gap');
    lamp.handle.emit('tick', 4);
    expect((await second.notifications(3)).map(({ name, data }) => [name, data])).toEqual([
      ['tick', 2],
      ['tock', 3],
      ['tick', 4],
    ]);
    expect(second.received[0]).toBe(response);
  });

  test('resume after their response where no notification came', async () => {
    const first = await open();
    const { messageID } = await first.ask('subscribeevent', { name: 'tick' });
    const again = await first.ask('subscribeevent', { name: 'tock' });
    expect(again.messageID).not.toBe(messageID);
    first.socket.terminate();
    lamp.handle.emit('tick', 1);
    const second = await open();
    const resumed = await second.ask('subscribeevent', { name: 'tick', lastNotificationID: messageID });
    expect(resumed).not.toHaveProperty('gap');
    expect(await second.notifications(1)).toMatchObject([{ data: 1 }]);
  });

  test('cannot be resumed between their present values', async () => {
    const first = await open();
    const response = await first.ask('observeallproperties');
    const present = await first.notifications(3);
    for (const { messageID } of [response, ...present.slice(0, 2)]) {
      const { ask, notifications } = await open();
      await ask('observeallproperties', { lastNotificationID: messageID });
      expect(await notifications(3)).toHaveLength(3);
    }
    const last = await open();
    await last.ask('observeallproperties', { lastNotificationID: present[2]?.messageID });
    lamp.handle.set('dim', 1);
    expect(await last.notifications(1)).toMatchObject([{ value: 1 }]);
  });

  test.each([undefined, 7, { toString: null }, 'nonsense', randomUUID()])(
    'start afresh after an id that says nothing: %s',
    async (id) => {
      const { ask, notifications } = await open();
      expect(await ask('observeproperty', { name: 'dim', lastNotificationID: id })).not.toHaveProperty('gap');
      expect((await notifications(1)).map(({ value }) => value)).toEqual([0]);
    },
  );

  test('tell in the response what is lost', async () => {
    const { ask, notifications } = await open();
    const lastNotificationID = idToUuid(1);
    const { gap } = await ask('observeproperty', { name: 'dim', lastNotificationID });
    expect(gap).toEqual({ after: lastNotificationID, resumesAt: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((await notifications(1)).map(({ value }) => value)).toEqual([0]);
  });

  test('tell each change once, after the response, while a replacement reads the present value', async () => {
    const { ask, notifications, received } = await open();
    await ask('observeallproperties');
    await notifications(3);
    hold();
    const asked = ask('observeproperty', { name: 'slow' });
    await ask('readproperty', { name: 'dim' });
    lamp.handle.notify('slow', 5);
    lamp.handle.set('dim', 6);
    release();
    const response = await asked;
    lamp.handle.notify('slow', 7);
    const told = (await notifications(6)).map(({ operation, name, value }) => [operation, name, value]);
    expect(told.slice(3)).toEqual([
      ['observeallproperties', 'slow', 5],
      ['observeallproperties', 'dim', 6],
      ['observeproperty', 'slow', 7],
    ]);
    expect(received.at(-1)).toMatchObject({ value: 7 });
    expect(received.at(-2)).toBe(response);
  });

  test('the later request wins, also where the earlier one is answered last', async () => {
    const { ask, notifications } = await open();
    hold();
    const earlier = ask('observeproperty', { name: 'slow' });
    const later = ask('observeallproperties');
    await ask('readproperty', { name: 'dim' });
    lamp.handle.notify('slow', 5);
    // A silent property does not keep observeallproperties from standing for longer.
    clock.advance(500);
    await later;
    release();
    await earlier;
    lamp.handle.notify('slow', 6);
    const told = (await notifications(4)).map(({ operation, name, value }) => [operation, name, value]);
    expect(told.filter(([, name]) => name === 'slow')).toEqual([
      ['observeallproperties', 'slow', 5],
      ['observeallproperties', 'slow', 6],
    ]);
  });

  test('tell each change once also where more came than waits for the response', async () => {
    const { ask, notifications } = await open();
    await ask('subscribeevent', { name: 'tick' });
    const proceed = Promise.withResolvers<void>();
    const interactions = servient.things.get('lamp')?.interactions as Interactions;
    const subscribe = interactions.subscribeEvent.bind(interactions);
    vi.spyOn(interactions, 'subscribeEvent').mockImplementationOnce(async (...parts) => {
      const unsubscribe = await subscribe(...parts);
      await proceed.promise;
      return unsubscribe;
    });
    const asked = ask('subscribeevent', { name: 'tick' });
    await ask('readproperty', { name: 'dim' });
    await flood('tick', 20);
    await notifications(20);
    proceed.resolve();
    await asked;
    await flood('tick', 1);
    expect(indices(await notifications(21))).toEqual([...upTo(20), 0]);
  });

  test('a request that ends a subscription also ends one that is still under way', async () => {
    const { ask, notifications } = await open();
    hold();
    const asked = ask('observeproperty', { name: 'slow' });
    expect(await ask('unobserveproperty', { name: 'slow' })).not.toHaveProperty('error');
    release();
    expect(await asked).not.toHaveProperty('error');
    lamp.handle.notify('slow', 5);
    await ask('readproperty', { name: 'dim' });
    expect(await notifications(0)).toEqual([]);
    expect(metric('subscriptions')).toBe(0);
  });

  test('what stood before stands on where a new one fails', async () => {
    const { ask, notifications } = await open();
    await ask('subscribeevent', { name: 'tick' });
    const observe = vi.spyOn(servient.things.get('lamp')?.interactions as Interactions, 'subscribeEvent');
    observe.mockRejectedValueOnce(new Error('a bug'));
    expect(await ask('subscribeevent', { name: 'tick' })).toMatchObject({
      error: { status: 500, code: 'INTERNAL' },
    });
    lamp.handle.emit('tick', 1);
    expect(await notifications(1)).toMatchObject([{ data: 1 }]);
    expect(metric('subscriptions')).toBe(1);
  });

  test('are told once when their Thing is removed', async () => {
    const { ask, notifications } = await open();
    await ask('observeallproperties');
    await ask('subscribeevent', { name: 'tick' });
    await servient.unexpose('lamp');
    const ends = (await notifications(5)).filter(({ error }) => error);
    const removed = { messageType: 'notification', error: { status: 404, code: 'THING_REMOVED' } };
    expect(ends).toMatchObject([
      { ...removed, operation: 'observeallproperties' },
      { ...removed, operation: 'subscribeevent', thingID: lamp.id },
    ]);
    expect(await ask('readproperty', { name: 'dim' })).toMatchObject({ error: { code: 'THING_UNKNOWN' } });
    expect(metric('subscriptions')).toBe(0);
  });

  test('end with their socket, also those under way', async () => {
    const { ask, socket } = await open();
    await ask('subscribeallevents');
    hold();
    void ask('observeproperty', { name: 'slow' });
    await ask('readproperty', { name: 'dim' });
    socket.terminate();
    await eventually(() => ticking === 0 && metric('sockets') === 0);
    release();
  });

  test('are bounded per socket', async () => {
    const names = Array.from({ length: 5001 }, (_, index) => `event${index}`);
    const many = await servient.expose({
      td: { title: 'Many', events: Object.fromEntries(names.map((name) => [name, {}])) },
      options: {},
      handlers: () => ({}),
    });
    const { ask } = await open();
    const responses = await Promise.all(
      names.map((name) => ask('subscribeevent', { thingID: many.id, name })),
    );
    expect(responses.map(({ error }) => error?.['code']).filter((code) => code !== undefined)).toEqual([
      'TOO_MANY_SUBSCRIPTIONS',
    ]);
    expect(await ask('subscribeevent', { thingID: many.id, name: 'event7' })).not.toHaveProperty('error');
    expect(await ask('subscribeallevents', { thingID: many.id })).not.toHaveProperty('error');
    expect(metric('subscriptions')).toBe(1);
  });
});

describe('a peer that stops reading', () => {
  test('gets all events once and in order when it reads again', async () => {
    const { ask, socket, notifications } = await open();
    await ask('subscribeevent', { name: 'tick' });
    socket.pause();
    await flood('tick', 380);
    expect(metric('messages_total', 'out')).toBeLessThan(380);
    socket.resume();
    expect(indices(await notifications(380))).toEqual(upTo(380));
  });

  test('gets events that wait for it also by the subscription that replaces theirs', async () => {
    const { ask, socket, notifications } = await open();
    await ask('subscribeevent', { name: 'tick' });
    // Asked while more waits than is sent at once: the request is read when that has left.
    socket.pause();
    await flood('tick', 380);
    void ask('subscribeallevents');
    socket.resume();
    expect(indices(await notifications(380))).toEqual(upTo(380));
  });

  test('is told of the gap where the ring is overrun, and does not disturb others', async () => {
    const [slow, other] = [await open(), await open()];
    for (const { ask } of [slow, other]) await ask('subscribeevent', { name: 'tick' });
    slow.socket.pause();
    await flood('tick', 1500);
    expect(indices(await other.notifications(1500))).toEqual(upTo(1500));
    slow.socket.resume();
    await slow.notification(({ data }) => (data as { index: number }).index === 1499);
    const told = slow.received;
    const gaps = told.filter(({ gap }) => gap);
    const [lost] = gaps;
    const before = told[told.indexOf(lost as Received) - 1];
    expect(gaps).toHaveLength(1);
    expect(lost?.gap).toEqual({ after: before?.messageID, resumesAt: expect.any(String) });
  });

  test('is cut off when it takes nothing for some heartbeats', async () => {
    const { ask, socket, closed } = await open();
    await ask('subscribeevent', { name: 'tick' });
    socket.pause();
    await flood('tick', 380);
    await eventually(() => {
      clock.advance(heartbeat);
      return metric('sockets') === 0;
    });
    socket.resume();
    expect(await closed).toBe(1006);
  });
});

describe('requests', () => {
  test('do not wait for slow ones, but those beyond 64 under way do', async () => {
    const [{ ask, socket }, other] = [await open(), await open()];
    hold();
    const slow = upTo(64).map(() => ask('invokeaction', { name: 'hang' }));
    const after = ask('readproperty', { name: 'dim' });
    let isAnswered = false;
    void after.then(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => socket.once('pong', resolve).ping());
    for (const _ of upTo(3)) await other.ask('readproperty', { name: 'dim' });
    expect(isAnswered).toBe(false);
    release();
    expect(await after).toMatchObject({ value: 0 });
    for (const response of await Promise.all(slow)) expect(response).not.toHaveProperty('error');
  });

  test('beyond two of the largest under way wait, those of other sockets do not', async () => {
    const [{ ask, socket }, other] = [await open(), await open()];
    const invoke = vi.spyOn(servient.things.get('lamp')?.interactions as Interactions, 'invokeAction');
    hold();
    const input = 'x'.repeat(900_000);
    const answers = upTo(4).map(() => ask('invokeaction', { name: 'hang', input }));
    await eventually(() => invoke.mock.calls.length === 2);
    expect(await other.ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(invoke.mock.calls.map(([, taken]) => taken)).toEqual([undefined, undefined]);
    release();
    for (const response of await Promise.all(answers)) expect(response).not.toHaveProperty('error');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test('of many sockets wait where the large ones of their address are too many; small ones do not', async () => {
    const invoke = vi.spyOn(servient.things.get('lamp')?.interactions as Interactions, 'invokeAction');
    hold();
    const sockets = await Promise.all(upTo(10).map(open));
    const input = 'x'.repeat(1_000_000);
    const answers = sockets.flatMap(({ ask }) =>
      upTo(2).map(() => ask('invokeaction', { name: 'hang', input })),
    );
    await eventually(() => invoke.mock.calls.length === 16);
    const small = await open();
    expect(await small.ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
    expect(invoke).toHaveBeenCalledTimes(16);
    release();
    for (const response of await Promise.all(answers)) expect(response).not.toHaveProperty('error');
  });

  test('to write are answered with the value where it is known', async () => {
    const { ask } = await open();
    expect(await ask('writeproperty', { name: 'dim', value: 7 })).toMatchObject({ value: 7 });
    const answer = await ask('writeproperty', { name: 'clamped', value: 700 });
    expect(answer).not.toHaveProperty('value');
    expect(answer).not.toHaveProperty('error');
  });

  test('are aborted when their peer goes', async () => {
    const { ask, socket } = await open();
    hold();
    void ask('invokeaction', { name: 'hang' });
    await ask('readproperty', { name: 'dim' });
    socket.terminate();
    await eventually(() => aborted.length === 1);
  });

  test('a value that is no JSON is a fault of the Thing', async () => {
    const { ask } = await open();
    vi.spyOn(servient.things.get('lamp')?.interactions as Interactions, 'readProperty').mockResolvedValueOnce(
      1n,
    );
    expect(await ask('readproperty', { name: 'dim' })).toMatchObject({
      error: { status: 500, code: 'OUTPUT_NOT_SERIALISABLE' },
    });
  });
});

test('a peer that does not answer pings is cut off, one that does is not', async () => {
  const alive = await open();
  const dead = new WebSocket(url, 'webthingprotocol', { autoPong: false });
  const cut = new Promise((resolve) => dead.on('close', resolve));
  await new Promise((resolve) => dead.on('open', resolve));
  for (let count = 0; count < 4; count++) {
    const answered = new Promise((resolve) => alive.socket.once('ping', resolve));
    clock.advance(heartbeat);
    await answered;
    await alive.ask('readproperty', { name: 'dim' });
  }
  expect(await cut).toBe(1006);
  expect(await alive.ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
});

test('a peer that sends too many pings or pongs is cut off', async () => {
  for (const control of ['ping', 'pong'] as const) {
    const { socket, closed, ask } = await open();
    for (const _ of upTo(20)) {
      for (const __ of upTo(50)) socket[control]();
      expect(await ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
    }
    socket[control]();
    expect(await closed).toBe(1008);
  }
});

test('a message that is not finished for heartbeats ends the connection, whatever pongs come', async () => {
  const [{ socket, closed, ask }, other] = [await open(), await open()];
  await ask('readproperty', { name: 'dim' });
  socket.send('{', { fin: false });
  for (let count = 0; count < 3; count++) {
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const answered = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await answered;
    clock.advance(heartbeat);
    await other.ask('readproperty', { name: 'dim' });
  }
  expect(await closed).toBe(1008);
  expect(other.socket.readyState).toBe(WebSocket.OPEN);
});

describe('stopping', () => {
  test('closes with 1001 when requests under way are answered; the servient can start again', async () => {
    const { ask, closed } = await open();
    await ask('subscribeallevents');
    hold();
    const hanging = ask('invokeaction', { name: 'hang' });
    await ask('readproperty', { name: 'dim' });
    const stopped = servient.stop();
    release();
    expect(await hanging).not.toHaveProperty('error');
    expect(await closed).toBe(1001);
    await stopped;
    await servient.start();
    url = String(servient.addresses[1]);
    expect((await handshake('/things/lamp')).status).toBe(404);
    lamp = await servient.expose(definition);
    expect(await (await open()).ask('readproperty', { name: 'dim' })).toMatchObject({ value: 0 });
  });

  test('ends within two seconds, whatever peers do', async () => {
    const [hanging, deaf] = [await open(), await open()];
    hold();
    void hanging.ask('invokeaction', { name: 'hang' });
    await hanging.ask('readproperty', { name: 'dim' });
    deaf.socket.pause();
    const began = performance.now();
    await servient.stop();
    expect(performance.now() - began).toBeLessThan(2500);
    expect(await hanging.closed).toBe(1001);
  });
});

test('a change is encoded once for all its subscriptions', async () => {
  const sockets = [await open(), await open(), await open()];
  for (const { ask } of sockets) await ask('subscribeallevents');
  const data = { a: 'change' };
  const stringify = vi.spyOn(JSON, 'stringify');
  lamp.handle.emit('tick', data);
  const times = stringify.mock.calls.filter(([value]) => (value as typeof data)?.a === data.a).length;
  stringify.mockRestore();
  expect(times).toBe(1);
  for (const { notifications } of sockets) expect(await notifications(1)).toMatchObject([{ data }]);
});

test('counts sockets, subscriptions and messages', async () => {
  const { ask, notifications } = await open();
  await ask('subscribeevent', { name: 'tick' });
  await ask('readproperty', { name: 'dim' });
  lamp.handle.emit('tick', 1);
  await notifications(1);
  expect([metric('sockets'), metric('subscriptions')]).toEqual([1, 1]);
  expect([metric('messages_total', 'in'), metric('messages_total', 'out')]).toEqual([2, 3]);
});
