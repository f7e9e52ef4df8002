import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { LargeBodies } from '../../src/bindings/http/messages/large-bodies.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';

const bytes = [{ contentType: 'application/octet-stream' }] as const;
/** What the handlers got, newest last. */
const got: unknown[] = [];

const written = { read: () => undefined as never, write: (value: unknown) => void got.push(value) };

const printer = defineThing(
  {
    title: 'Printer',
    properties: {
      text: { type: 'string' },
      count: { type: 'integer' },
      list: { type: 'array' },
      picture: { forms: bytes },
      tape: { writeOnly: true, forms: bytes },
    },
    actions: { echo: { input: {} }, stop: {} },
  },
  {
    properties: {
      text: written,
      count: written,
      list: written,
      picture: written,
      tape: {
        write: async (body) => {
          for await (const piece of body) got.push(piece);
        },
      },
    },
    actions: { echo: (input) => void got.push(input), stop: () => void got.push('stopped') },
  },
  { streams: ['tape'] },
);

const servient = createServient({ bindings: [http({ port: 0 })] });
let base = '';

beforeAll(async () => {
  await servient.expose(printer);
  base = String(servient.addresses[0]);
});
beforeEach(() => void got.splice(0));
afterAll(() => servient.stop());

type Body = string | Uint8Array<ArrayBuffer>;

/** Sends a body; the status, and the code where it is refused. */
async function send(path: string, body: Body, headers: Record<string, string>, origin = base) {
  const method = path.startsWith('actions') ? 'POST' : 'PUT';
  const answer = await fetch(`${origin}/things/printer/${path}`, { method, body, headers });
  const { code } = answer.status === 204 ? {} : ((await answer.json()) as { readonly code?: string });
  return code === undefined ? answer.status : [answer.status, code];
}

const json = { 'content-type': 'application/json' };
const text = { 'content-type': 'text/plain' };
const binary = { 'content-type': 'application/octet-stream' };
const none = new Uint8Array();

describe('an empty body', () => {
  test('is an empty text or no bytes where its type says so', async () => {
    expect(await send('properties/text', none, text)).toBe(204);
    expect(await send('properties/picture', none, binary)).toBe(204);
    expect(got).toEqual(['', Buffer.alloc(0)]);
  });

  test('is nothing otherwise', async () => {
    const missing = [400, 'INPUT_MISSING'];
    expect(await send('properties/text', none, json)).toEqual(missing);
    expect(await send('properties/text', none, {})).toEqual(missing);
    expect(await send('properties/picture', none, {})).toEqual(missing);
    expect(await send('properties/picture', none, text)).toEqual(missing);
    for (const headers of [json, text, {}]) expect(await send('actions/stop', none, headers)).toBe(204);
    expect(got).toEqual(['stopped', 'stopped', 'stopped']);
  });
});

describe('content codings', () => {
  const coded = (coding: string) => ({ ...json, 'content-encoding': coding });

  test.for([
    ['identity, GZIP', (body: string) => gzipSync(body)],
    ['gzip , identity', (body: string) => gzipSync(body)],
    [',', (body: string) => Buffer.from(body)],
    ['deflate, br', (body: string) => brotliCompressSync(deflateSync(body))],
  ] as const)('are a list: %s', async ([coding, encode]) => {
    expect(await send('properties/count', encode('7'), coded(coding))).toBe(204);
    expect(got).toEqual([7]);
  });

  test('are few', async () => {
    const body = [1, 2, 3, 4].reduce<Buffer<ArrayBuffer>>((inner) => gzipSync(inner), Buffer.from('7'));
    expect(await send('properties/count', body, coded('gzip, gzip, gzip, gzip'))).toEqual([
      415,
      'CONTENT_CODING_UNKNOWN',
    ]);
  });

  test('that make a little very large are refused, below the limit too', async () => {
    const large = JSON.stringify(Array.from({ length: 100_000 }, () => ({})));
    const bomb = gzipSync(large);
    expect(bomb.length * 100).toBeLessThan(large.length);
    const tooLarge = [413, 'BODY_TOO_LARGE'];
    expect(await send('properties/list', bomb, coded('gzip'))).toEqual(tooLarge);
    expect(await send('properties/list', gzipSync(bomb), coded('gzip, gzip'))).toEqual(tooLarge);
    const small = JSON.stringify(Array.from({ length: 20_000 }, () => 0));
    expect(await send('properties/list', gzipSync(small), coded('gzip'))).toBe(204);
  });
});

/** Connections that have sent the head of a write of a list, as large as is said. */
async function beginWrites(count: number, size: number, more = ''): Promise<readonly Socket[]> {
  const { hostname, port, host } = new URL(base);
  const head = `PUT /things/printer/properties/list HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n${more}\r\n`;
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname).on('error', () => {}));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(head);
  return sockets;
}

const firstAnswer = (sockets: readonly Socket[]) => sockets.map((socket) => once(socket, 'data'));

test('of large bodies one is decoded in each turn of the event loop', async () => {
  const large = JSON.stringify(Array.from({ length: 15_000 }, (_, index) => index));
  const body = gzipSync(large);
  const parse = JSON.parse;
  const turns: number[] = [];
  let turn = 0;
  let counting = setImmediate(function count() {
    turn++;
    counting = setImmediate(count);
  });
  const spy = vi.spyOn(JSON, 'parse').mockImplementation((given, reviver) => {
    if (given === large) turns.push(turn);
    return parse(given, reviver);
  });
  const sockets = await beginWrites(100, body.length, 'Content-Encoding: gzip\r\n');
  for (const socket of sockets) socket.write(body);
  await Promise.all(firstAnswer(sockets));
  spy.mockRestore();
  clearImmediate(counting);
  for (const socket of sockets) socket.destroy();
  expect([turns.length, new Set(turns).size]).toEqual([100, 100]);
});

test('bodies that do not end are bounded over all connections', async () => {
  const [hold, release] = [
    vi.spyOn(LargeBodies.prototype, 'hold'),
    vi.spyOn(LargeBodies.prototype, 'release'),
  ];
  const sum = (calls: readonly (readonly [string, number])[]) =>
    calls.reduce((all, [, size]) => all + size, 0);
  const held = () => {
    const { calls, results } = hold.mock;
    return sum(calls.filter((_, index) => results[index]?.type === 'return')) - sum(release.mock.calls);
  };
  const size = 1024 * 1024;
  const sockets = await beginWrites(70, size);
  for (const socket of sockets) socket.write(Buffer.alloc(size - 1, 32));
  const [refusal] = (await Promise.race(firstAnswer(sockets))) as [Buffer];
  expect(String(refusal)).toMatch(/^HTTP\/1\.1 429 .*\r\nretry-after: \d+\r\n.*BODIES_PER_CLIENT/is);
  expect(held()).toBeGreaterThan(60 * size);
  // Some break off, some end where they are.
  sockets.forEach((socket, index) => void (index % 2 === 0 ? socket.destroy() : socket.end()));
  await expect.poll(held).toBe(0);
  hold.mockRestore();
  release.mockRestore();
});

describe("behind the user's body parsers", () => {
  async function mounted(...parsers: readonly RequestHandler[]): Promise<string> {
    const things = http({ mounted: { base: 'http://localhost/wot' } });
    const its = createServient({ bindings: [things] });
    await its.expose(printer);
    const app = express();
    for (const parser of parsers) app.use(parser);
    const server = createServer(app.use('/wot', things.handler)).listen(0, '127.0.0.1');
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await its.stop();
    });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wot`;
  }

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const gzipped = { ...json, 'content-encoding': 'gzip' };

  test('what they parsed is taken, and what they left is read', async () => {
    const parsers = [express.json({ limit: 2_000_000 }), express.text(), express.urlencoded(), express.raw()];
    const at = await mounted(...parsers);
    expect(await send('properties/list', '[1,{"a":[]}]', json, at)).toBe(204);
    expect(await send('properties/list', gzipSync('[2]'), gzipped, at)).toBe(204);
    expect(await send('properties/text', 'as it is', text, at)).toBe(204);
    expect(await send('properties/text', none, text, at)).toBe(204);
    expect(await send('properties/picture', 'png', binary, at)).toBe(204);
    expect(await send('properties/tape', 'sound', binary, at)).toBe(204);
    expect(await send('properties/count', Uint8Array.of(7), { 'content-type': 'application/cbor' }, at)).toBe(
      204,
    );
    expect(await send('actions/stop', none, json, at)).toBe(204);
    expect(got).toEqual([
      [1, { a: [] }],
      [2],
      'as it is',
      '',
      Buffer.from('png'),
      Buffer.from('sound'),
      7,
      'stopped',
    ]);
  });

  test('the same is refused as without them', async () => {
    const at = await mounted(express.json({ limit: 2_000_000 }), express.urlencoded());
    expect(await send('properties/text', 'a=b', form, at)).toEqual([415, 'FORM_NOT_SUPPORTED']);
    expect(await send('properties/text', '[]', json, at)).toEqual([400, 'INPUT_MISMATCH']);
    expect(await send('properties/picture', '[]', json, at)).toEqual([415, 'CONTENT_TYPE_UNKNOWN']);
    for (const depth of [200, 100_000]) {
      const deep = '['.repeat(depth) + ']'.repeat(depth);
      expect(await send('properties/list', deep, json, at)).toEqual([400, 'PAYLOAD_MALFORMED']);
    }
    const large = `["${'x'.repeat(1_100_000)}"]`;
    expect(await send('properties/list', large, json, at)).toEqual([413, 'BODY_TOO_LARGE']);
    expect(got).toEqual([]);
  });

  test('a body that is gone is told at once', async () => {
    const at = await mounted((request, _response, next) => void request.resume().on('end', next));
    for (const [path, headers] of [
      ['properties/list', json],
      ['properties/tape', binary],
      ['actions/echo', json],
    ] as const) {
      expect(await send(path, '[]', headers, at)).toEqual([500, 'BODY_CONSUMED']);
    }
    expect(await send('actions/stop', none, json, at)).toBe(204);
  });
});
