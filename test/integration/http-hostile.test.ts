import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { createServient, defineThing, http, type Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { type Bystander, openBystander } from '../support/bystander.ts';
import { kiln } from '../support/kiln.ts';
import { openEventSource } from '../support/open-event-source.ts';
import { openStreams } from '../support/open-streams.ts';
import { rawHttp } from '../support/raw-http.ts';

let servient: Servient;
let exposed: ExposedThing;
let base: string;
let target: string;
let bystander: Bystander;
let calm: number;

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0, headersTimeout: 300, requestTimeout: 600 })] });
  exposed = await servient.expose(kiln);
  base = String(servient.addresses[0]);
  target = `${base}/things/kiln/properties/target`;
  bystander = await openBystander(target);
  calm = await bystander.p99While();
});
afterAll(async () => {
  await bystander.close();
  await servient.stop();
});

/** What another client waits while this happens is printed. */
async function beside<T>(what: string, work: Promise<T>): Promise<T> {
  const p99 = await bystander.p99While(work);
  console.log(`${what}: p99 of another client ${p99.toFixed(1)} ms, ${calm.toFixed(1)} ms when calm`);
  return work;
}

const path = '/things/kiln/properties/target';
const requestOf = (line: string, headers = '') =>
  `${line} HTTP/1.1\r\nHost: ${new URL(base).host}\r\n${headers}`;

describe('slow clients are answered 408 and cut off', () => {
  test.for([
    ['heads that never end', () => requestOf(`GET ${path}`), 'X: y\r\n'],
    ['bodies that never end', () => requestOf(`PUT ${path}`, 'Content-Length: 1000\r\n\r\n'), '1'],
    [
      'chunks that never end',
      () => requestOf(`PUT ${path}`, 'Transfer-Encoding: chunked\r\n\r\n'),
      '1\r\n1\r\n',
    ],
  ] as const)('%s', async ([what, begin, drop]) => {
    const slow = Array.from({ length: 200 }, async () => {
      const { hostname, port } = new URL(base);
      const socket = connect(Number(port), hostname);
      const received: Buffer[] = [];
      socket.on('data', (chunk) => received.push(chunk)).on('error', () => {});
      const dropping = setInterval(() => socket.write(drop), 50);
      socket.write(begin());
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(dropping);
      return Buffer.concat(received).toString();
    });
    for (const answer of await beside(what, Promise.all(slow))) {
      expect(answer).toMatch(/^HTTP\/1.1 408 .*"code":"REQUEST_TIMEOUT"/s);
    }
  });
});

describe('one connection', () => {
  test('may end its own half and is answered all the same', async () => {
    const { hostname, port } = new URL(base);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.end(requestOf(`GET ${path}`, '\r\n'));
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 200 .*\r\n\r\n900$/s);
    socket.destroy();
  });

  test('may send 2,000 requests in a row, and garbage after them', async () => {
    const get = requestOf(`GET ${path}`, '\r\n');
    const flood = rawHttp(base, `${get.repeat(2000)}\0\r\n garbage: yes\r\n\r\n`, get.repeat(2000));
    const { status, body } = await beside('2,000 pipelined requests', flood);
    const statuses = [String(status), ...[...body.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)];
    expect(statuses).toEqual([...Array.from({ length: 2000 }, () => '200'), '400']);
    expect(body).toMatch(/"code":"HTTP_MALFORMED".*}$/);
  });
});

describe('nothing can be put into heads and streams', () => {
  const name = 'door\r\nid: 9\r\ndata: forged\r\n\r\nSet-Cookie: a=b';

  test('by the names of affordances', async () => {
    const td = {
      title: 'Forger',
      actions: { [name]: { synchronous: false as const } },
      events: { [name]: {} },
    };
    const { handle } = await servient.expose({
      td,
      options: {},
      handlers: () => ({ actions: { [name]: () => undefined } }),
    });
    const thing = `${base}/things/forger`;
    const invoked = await fetch(`${thing}/actions/${encodeURIComponent(name)}`, { method: 'POST' });
    expect(invoked.status).toBe(201);
    expect(invoked.headers.get('location')).toMatch(
      /^\/things\/forger\/actions\/door%0D%0A[\w%.-]+\/[\w-]+$/,
    );
    expect(invoked.headers.get('set-cookie')).toBeNull();
    const { events } = await openEventSource(`${thing}/events`, [name.replaceAll(/[\r\n]/g, ' '), 'message']);
    handle.emit(name);
    expect(await events.until(() => true)).toEqual([
      { event: name.replaceAll(/[\r\n]/g, ' '), id: expect.stringMatching(/^2\d{3}-/), data: '' },
    ]);
  });

  test.for([
    '/things/%0d%0aSet-Cookie:%20a=b',
    '/things?limit=1%0d%0aSet-Cookie:%20a=b',
    '/%0d%0a%0d%0a',
    '//evil.example/things',
  ])('by the target %s', async (target) => {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    socket.write(requestOf(`GET ${target}`, 'Connection: close\r\n\r\n'));
    const [head = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(head).not.toMatch(/set-cookie|evil/i);
  });
});

test.for([
  ['no id', '', false],
  ['nonsense', 'nonsense', true],
  ['a negative number', '-1', true],
  ['a number without end', '9'.repeat(5000), true],
  ['a date that is none', '2026-02-31T25:61:61.000000Z', true],
  ['bytes', '\xff\xfe\x00'.slice(0, 2), true],
  ['a date beyond all ids', '9999-12-31T23:59:59.999999Z', true],
  ['in the future', '2200-01-01T00:00:00.000000Z', true],
  ['before all', '1', true],
] as const)('a Last-Event-ID that is %s begins anew', async ([, id, tellsGap]) => {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const headers = `Accept: text/event-stream\r\nLast-Event-ID: ${id}\r\n\r\n`;
  socket.write(requestOf('GET /things/kiln/properties/target', headers), 'latin1');
  let answer = '';
  for await (const chunk of socket) {
    answer += chunk;
    if (answer.includes('data: 900\n\n')) break;
  }
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer.includes('event: $gap')).toBe(tellsGap);
});

test('1,000 idle streams cost little, and each is told what happens', async () => {
  const before = process.memoryUsage.rss();
  const { sockets, refused, close } = await beside(
    '1,000 streams that open',
    openStreams(`${base}/things/kiln/events/overheated`, 1000),
  );
  onTestFinished(close);
  expect([sockets.length, refused]).toEqual([1000, 0]);
  // Both ends are in this process.
  const megabytes = (process.memoryUsage.rss() - before) / 1e6;
  console.log(`1,000 idle streams: ${megabytes.toFixed(0)} MB, both ends`);
  expect(megabytes).toBeLessThan(150);
  const told = sockets.map((socket) => once(socket, 'data'));
  exposed.handle.emit('overheated', 1301);
  const all = await beside('an event to 1,000 streams', Promise.all(told));
  for (const [chunk] of all) expect(String(chunk)).toContain('data: 1301');
});

test('subscribers that stop reading cost no more than their bound, and the others miss nothing', async () => {
  const bulky = defineThing({ title: 'Bulky', events: { bulk: { data: { type: 'string' } } } }, {});
  const { handle } = await servient.expose(bulky);
  const url = `${base}/things/bulky/events/bulk`;
  const stalled = await openStreams(url, 50);
  onTestFinished(stalled.close);
  for (const socket of stalled.sockets) socket.pause();
  const { events } = await openEventSource(url, ['bulk']);
  const before = process.memoryUsage.rss();
  const count = 300;
  const flood = async (): Promise<void> => {
    for (let index = 0; index < count; index++) {
      handle.emit('bulk', `${index} ${'x'.repeat(50_000)}`);
      await turn();
    }
  };
  await beside('50 stalled subscribers', flood());
  const all = await events.until(({ data }) => data.startsWith(`"${count - 1} `));
  expect(all.map(({ data }) => Number.parseInt(data.slice(1), 10))).toEqual(
    Array.from({ length: count }, (_, index) => index),
  );
  // Of 750 MB that were for them.
  const megabytes = (process.memoryUsage.rss() - before) / 1e6;
  console.log(`50 stalled subscribers: ${megabytes.toFixed(0)} MB`);
  expect(megabytes).toBeLessThan(250);
});
