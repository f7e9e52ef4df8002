import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { ServerExchange } from '../../src/bindings/http/messages/server-exchange.ts';
import { SseStreams } from '../../src/bindings/http/messages/sse-stream.ts';
import { anonymous } from '../../src/contracts/access.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { HostedThing, Interactions } from '../../src/contracts/interaction.ts';
import { createServient, type Servient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const heartbeat = 15_000;
const large = 'x'.repeat(200_000);

let clock: FakeClock;
let servient: Servient;
let base: string;
let lamp: ExposedThing;
/** Subscriptions to `tick` that stand. */
let ticking = 0;
const subscribed = vi.fn(() => void ticking++);

const definition: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: {
      note: { type: 'string', observable: true },
      other: { type: 'integer', observable: true },
      plain: { type: 'integer' },
    },
    events: { tick: { data: {} } },
  },
  options: {},
  handlers: () => ({
    properties: { note: { initial: '' }, other: { initial: 2 }, plain: { initial: 1 } },
    events: { tick: { subscribed, unsubscribed: () => void ticking-- } },
  }),
};

beforeEach(async () => {
  clock = fakeClock();
  ticking = 0;
  servient = createServient({ bindings: [http({ port: 0, maxStreams: 5 })], clock });
  lamp = await servient.expose(definition);
  base = String(servient.addresses[0]);
});

afterEach(() => servient.stop());

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A reader of one stream that reads only while it is told to. */
async function openReader(path: string, { headers = '', at = base } = {}) {
  const { hostname, port, host } = new URL(at);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  const head = `GET /things/lamp/${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${headers}\r\n`;
  socket.write(head);
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  const text = () => Buffer.concat(received).toString();
  const until = async (wanted: string) => {
    socket.resume();
    for (let looked = 0; !Buffer.concat(received.slice(looked)).includes(wanted); ) {
      // What is wanted may begin in a piece that has been looked at.
      looked = Math.max(received.length - 3, 0);
      await new Promise((resolve) => socket.once('data', resolve));
    }
    socket.pause();
    return text();
  };
  await until(': \n');
  return { socket, until };
}

/** Publishes more than all buffers of a connection hold, a piece at a time. */
async function flood(publish: (count: number) => void): Promise<void> {
  for (let count = 0; count < 120; count++) {
    publish(count);
    await turn();
  }
}

async function beat(times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    clock.advance(heartbeat);
    await turn();
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

test('a reader that stalled learns of the lost changes and the end when its Thing is removed', async () => {
  const reader = await openReader('properties/note');
  await flood((count) => lamp.handle.set('note', `${count} ${large}`));
  await servient.unexpose('lamp');
  await beat(3);
  const text = await reader.until('\r\n0\r\n\r\n');
  const end = text.slice(text.lastIndexOf('event: $gap'));
  expect(end).toMatch(/^event: \$gap\ndata: \{"after":".*","resumesAt":".*"\}\n.*event: \$end\n/s);
});

test('a reader that takes nothing for some heartbeats is cut off; one that reads is not', async () => {
  const reader = await openReader('events/tick');
  await openReader('events/tick');
  await flood((count) => lamp.handle.emit('tick', `${count} ${large}`));
  await reader.until('"119 ');
  const told = reader.until('"still there"');
  await eventually(() => {
    clock.advance(heartbeat);
    return ticking === 1;
  });
  lamp.handle.emit('tick', 'still there');
  await told;
});

test('a replay is sent as it is read, whole and in order', async () => {
  for (let count = 0; count < 30; count++) lamp.handle.emit('tick', `${count} ${large}`);
  const write = vi.spyOn(ServerResponse.prototype, 'write');
  const reader = await openReader('events/tick', { headers: 'Last-Event-ID: 1\r\n' });
  const sizes = write.mock.calls.map(([chunk]) => (chunk as Buffer).byteLength);
  write.mockRestore();
  expect(Math.max(...sizes)).toBeLessThan(3 * large.length);
  lamp.handle.emit('tick', 'last');
  const text = await reader.until('"last"');
  const counts = [...text.matchAll(/data: "(\d+) /g)].map(([, count]) => Number(count));
  expect(counts).toEqual(Array.from({ length: 30 }, (_, count) => count));
  expect(text).toContain('event: $gap');
});

test('a slow observer gets the last value, also when the ring no longer holds it', async () => {
  const reader = await openReader('properties/note');
  await flood((count) => lamp.handle.set('note', `${count} ${large}`));
  lamp.handle.set('note', 'final');
  await flood(() => lamp.handle.emit('tick', large));
  const text = await reader.until('"final"');
  expect(text.slice(text.lastIndexOf('event: $gap'))).toContain('"final"');
});

test('a reader that is cut before its first event resumes where it began', async () => {
  const cut = await openReader('events/tick');
  const [, id = ''] = /^id: (.*)$/m.exec(await cut.until('id: ')) ?? [];
  cut.socket.destroy();
  lamp.handle.emit('tick', 'missed');
  const resumed = await openReader('events/tick', { headers: `Last-Event-ID: ${id}\r\n` });
  const text = await resumed.until('"missed"');
  expect(text).not.toContain('$gap');
});

test('an observation of all can be resumed after its last present value alone', async () => {
  const reader = await openReader('properties');
  const text = await reader.until('event: other');
  expect(text.match(/^id: /gm)).toHaveLength(1);
  expect(text.indexOf('id: ')).toBeGreaterThan(text.indexOf('event: other'));
});

test.for(['tag:elsewhere,7', '9876-05-04T03:02:01.000000Z', '99999999999999999'])(
  'an id of another servient is answered by a gap: %s',
  async (id) => {
    const reader = await openReader('events/tick', { headers: `Last-Event-ID: ${id}\r\n` });
    const text = await reader.until('id: ');
    expect(text).toMatch(new RegExp(`^event: \\$gap\ndata: {"after":"${id}","resumesAt":"\\d{4}-`, 'm'));
  },
);

test('a client that leaves during the first read leaves no subscription behind', async () => {
  const interactions = servient.things.get('lamp')?.interactions as Interactions;
  const [asked, released, stopped] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const observe = interactions.observeProperty.bind(interactions);
  interactions.observeProperty = async (...args) => {
    asked?.resolve();
    await released?.promise;
    const stop = await observe(...args);
    return () => {
      stop();
      stopped?.resolve();
    };
  };
  const gone = Promise.withResolvers<void>();
  const started = (message: unknown) => {
    (message as { readonly response: ServerResponse }).response.once('close', gone.resolve);
  };
  subscribe('http.server.request.start', started);
  const leaving = new AbortController();
  const init = { headers: { accept: 'text/event-stream' }, signal: leaving.signal };
  const left = fetch(`${base}/things/lamp/properties/note`, init).catch(() => {});
  await asked?.promise;
  leaving.abort();
  await left;
  await gone.promise;
  unsubscribe('http.server.request.start', started);
  released?.resolve();
  await stopped?.promise;
});

test('HEAD gives the head of the stream, and subscribes to nothing', async () => {
  subscribed.mockClear();
  const init = { method: 'HEAD', headers: { accept: 'text/event-stream' } };
  const response = await fetch(`${base}/things/lamp/events/tick`, init);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect((await fetch(`${base}/things/lamp/properties/note`, init)).status).toBe(200);
  expect((await fetch(`${base}/things/lamp/properties/plain`, init)).status).toBe(406);
  expect(subscribed).not.toHaveBeenCalled();
});

test('HEAD is refused where GET is', async () => {
  const uriVariables = { near: { type: 'integer' } } as const;
  await servient.expose({
    td: {
      title: 'Radar',
      properties: { range: { type: 'integer', observable: true, uriVariables } },
      events: { echo: { uriVariables } },
    },
    options: {},
    handlers: () => ({ properties: { range: { initial: 1 } } }),
  });
  const init = { method: 'HEAD', headers: { accept: 'text/event-stream' } };
  const status = async (path: string) => (await fetch(`${base}/things/${path}`, init)).status;
  for (const path of ['radar/properties/range', 'radar/events/echo']) {
    expect([await status(`${path}?near=1`), await status(`${path}?near=so`)]).toEqual([200, 400]);
  }
  for (let count = 0; count < 5; count++) await openReader('events/tick');
  expect(await status('lamp/events')).toBe(503);
});

test('of one remote address there are fewer', async () => {
  const its = createServient({ bindings: [http({ port: 0, maxStreamsPerClient: 2 })], clock });
  onTestFinished(() => its.stop());
  await its.expose(definition);
  const ask = async (localAddress: string) => {
    const headers = { accept: 'text/event-stream' };
    const sent = get(`${its.addresses[0]}/things/lamp/events/tick`, { headers, localAddress, agent: false });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };
  const [first, second] = [await ask('127.0.0.1'), await ask('127.0.0.1')];
  const refused = await ask('127.0.0.1');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '30']);
  expect(await json(refused)).toMatchObject({ code: 'STREAMS_PER_CLIENT', kind: 'rate-limited' });
  const other = await ask('127.0.0.2');
  expect([first.statusCode, second.statusCode, other.statusCode]).toEqual([200, 200, 200]);
  first.destroy();
  await vi.waitUntil(async () => (await ask('127.0.0.1')).statusCode === 200);
});

test('streams are bounded, and those whose connection is gone do not count', async () => {
  for (let count = 0; count < 5; count++) await openReader('events/tick');
  const init = { headers: { accept: 'text/event-stream' } };
  const refused = await fetch(`${base}/things/lamp/events/tick`, init);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  expect(await refused.json()).toMatchObject({ code: 'STREAMS_EXHAUSTED', kind: 'overloaded' });
  for (const socket of sockets) socket.destroy();
  await eventually(() => {
    clock.advance(heartbeat);
    return ticking === 0;
  });
  await openReader('events/tick');
});

test('slow readers together hold little, and the others get all', async () => {
  const backlog = 50_000;
  const streams = new SseStreams({ most: 10, mostPerClient: 10 }, backlog);
  const { interactions } = servient.things.get('lamp') as HostedThing;
  const responses: ServerResponse[] = [];
  const server = createServer((request, response) => {
    responses.push(response);
    void streams.serve(new ServerExchange(request, response, anonymous, ''), (...subscribing) =>
      interactions.subscribeEvent('tick', ...subscribing),
    );
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const slow = [await openReader('', { at }), await openReader('', { at }), await openReader('', { at })];
  const good = await openReader('', { at });
  const [size, count] = [20_000, 600];
  const all = good.until(`"${count - 1} `);
  for (let index = 0; index < count; index++) {
    lamp.handle.emit('tick', `${index} ${'x'.repeat(size)}`);
    await turn();
  }
  expect((await all).match(/^data: "\d+ /gm)).toHaveLength(count);
  const waiting = responses.reduce((sum, { writableLength }) => sum + writableLength, 0);
  expect(waiting).toBeGreaterThan(backlog);
  expect(waiting).toBeLessThan(backlog + slow.length * (size + 200));
  for (const reader of slow) await reader.until(`"${count - 1} `);
});

test('what several readers are caught up with is encoded once', async () => {
  const data = { a: 'past' };
  lamp.handle.emit('tick', data);
  const stringify = vi.spyOn(JSON, 'stringify');
  const headers = 'Last-Event-ID: 1\r\n';
  const readers = [await openReader('events/tick', { headers }), await openReader('events', { headers })];
  for (const reader of readers) await reader.until('"past"');
  const times = stringify.mock.calls.filter(([value]) => (value as typeof data)?.a === data.a).length;
  stringify.mockRestore();
  expect(times).toBe(1);
});

test('a change is encoded once for all its streams', async () => {
  const readers = [
    await openReader('events/tick'),
    await openReader('events'),
    await openReader('events/tick'),
  ];
  const data = { a: 'change' };
  const stringify = vi.spyOn(JSON, 'stringify');
  lamp.handle.emit('tick', data);
  const times = stringify.mock.calls.filter(([value]) => (value as typeof data)?.a === data.a).length;
  stringify.mockRestore();
  expect(times).toBe(1);
  for (const reader of readers) expect(await reader.until('"change"')).toContain('event: tick');
});
