import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import type { Interactions } from '../../src/contracts/interaction.ts';
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

const definition: ThingDefinition = {
  td: {
    title: 'Lamp',
    properties: { note: { type: 'string', observable: true }, plain: { type: 'integer' } },
    events: { tick: { data: {} } },
  },
  options: {},
  handlers: () => ({
    properties: { note: { initial: '' }, plain: { initial: 1 } },
    events: { tick: { subscribed: () => void ticking++, unsubscribed: () => void ticking-- } },
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
async function openReader(path: string, { headers = '', streams = 1 } = {}) {
  const { hostname, port, host } = new URL(base);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  const head = `GET /things/lamp/${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${headers}\r\n`;
  socket.write(head.repeat(streams));
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  const text = () => Buffer.concat(received).toString();
  const until = async (wanted: string) => {
    socket.resume();
    while (!text().includes(wanted)) await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    return text();
  };
  await until(': \n\n');
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

test('HEAD gives the head of the stream and ends', async () => {
  const init = { method: 'HEAD', headers: { accept: 'text/event-stream' } };
  const response = await fetch(`${base}/things/lamp/events/tick`, init);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  await eventually(() => ticking === 0);
  expect((await fetch(`${base}/things/lamp/properties/plain`, init)).status).toBe(405);
});

test('streams are bounded, and those whose connection is gone do not count', async () => {
  const { socket } = await openReader('events/tick', { streams: 5 });
  const init = { headers: { accept: 'text/event-stream' } };
  await eventually(() => ticking === 5);
  const refused = await fetch(`${base}/things/lamp/events/tick`, init);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  expect(await refused.json()).toMatchObject({ code: 'STREAMS_EXHAUSTED', kind: 'overloaded' });
  socket.destroy();
  await eventually(() => {
    clock.advance(heartbeat);
    return ticking === 0;
  });
  await openReader('events/tick');
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
