import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServient, defineThing, http } from 'thingwright';
import { expect, onTestFinished, test } from 'vitest';
import { rawHttp } from '../support/raw-http.ts';

type Options = NonNullable<Parameters<typeof http>[0]>;

/** A kiln that tells what is done with it, and does each thing when the test says so. */
async function serve(options: Options = {}) {
  const done: string[] = [];
  const gates: ((value: number) => void)[] = [];
  const gate = () => new Promise<number>((resolve) => gates.push(resolve));
  const td = {
    title: 'Kiln',
    properties: { slow: { type: 'integer' }, level: { type: 'integer' } },
  } as const;
  const kiln = defineThing(td, {
    properties: {
      slow: {
        read: () => {
          done.push('read');
          return gate();
        },
        write: async (value) => {
          done.push(`begin ${value}`);
          await gate();
          done.push(`end ${value}`);
        },
      },
      level: { initial: 5 },
    },
  });
  const web = http({ port: 0, ...options });
  const servient = createServient({ bindings: [web] });
  onTestFinished(() => servient.stop());
  await servient.expose(kiln);
  const { base } = web.httpSide;
  const head = (line: string, headers = '') =>
    `${line} HTTP/1.1\r\nHost: ${new URL(base).host}\r\n${headers}\r\n`;
  const get = head('GET /things/kiln/properties/slow');
  const put = (value: number, headers = '') =>
    `${head('PUT /things/kiln/properties/slow', `Content-Type: application/json\r\nContent-Length: 1\r\n${headers}`)}${value}`;
  return { servient, web, base, done, gates, head, get, put };
}

const statuses = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code));

test('writes on one connection take effect in their order (RFC 9112 section 9.3.2)', async () => {
  const { base, done, gates, head, put } = await serve();
  const last = head('GET /things/kiln/properties/level', 'Connection: close\r\n');
  const answered = rawHttp(base, put(1) + put(2) + last);
  await expect.poll(() => gates.length).toBe(1);
  expect((await fetch(`${base}/things/kiln/properties/level`)).status).toBe(200);
  expect(done).toEqual(['begin 1']);
  gates[0]?.(0);
  await expect.poll(() => gates.length).toBe(2);
  gates[1]?.(0);
  const { status, body } = await answered;
  expect(done).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  expect([status, ...statuses(body), body.at(-1)]).toEqual([204, 204, 200, '5']);
});

test('nothing is done after an answer that closes the connection (RFC 9112 section 9.6)', async () => {
  const { base, done, head, put } = await serve();
  // Answered before its body was read.
  const { status, body } = await rawHttp(base, `${head('POST /nothing', 'Content-Length: 1\r\n')}x${put(2)}`);
  expect([status, statuses(body), done]).toEqual([404, [], []]);
});

test('what waits goes with the client', async () => {
  const { base, done, gates, put } = await serve();
  const socket = connect(Number(new URL(base).port));
  socket.write(put(1) + put(2));
  await expect.poll(() => gates.length).toBe(1);
  socket.destroy();
  await expect
    .poll(() => fetch(`${base}/metrics`).then((page) => page.text()))
    .toMatch(/connections\{.*\} 1\n/);
  gates[0]?.(0);
  await expect.poll(() => done).toEqual(['begin 1', 'end 1']);
});

test('garbage and upgrades wait for all before them', async () => {
  const { base, gates, get, head, web } = await serve();
  web.httpSide.addUpgrade({
    matches: () => true,
    upgrade: (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  });
  const upgrade = head('GET /things', 'Connection: Upgrade\r\nUpgrade: websocket\r\n');
  const ends = ['no HTTP\r\n\r\n', upgrade].map((end) => rawHttp(base, get.repeat(3) + end));
  for (let count = 1; count <= 6; count++) {
    await expect.poll(() => gates.length).toBeGreaterThanOrEqual(count);
    gates[count - 1]?.(count);
  }
  const answers = (await Promise.all(ends)).map(({ status, body }) => [status, ...statuses(body)]);
  expect(answers).toEqual([
    [200, 200, 200, 400],
    [200, 200, 200, 101],
  ]);
});

test('10,000 requests on one connection are served one by one, and others between', async () => {
  const { base, done, gates, get, head } = await serve();
  const count = 10_000;
  const level = head('GET /things/kiln/properties/level');
  const last = head('GET /things/kiln/properties/level', 'Connection: close\r\n');
  const answered = rawHttp(base, get.repeat(2) + level.repeat(count) + last);
  await expect.poll(() => gates.length).toBe(1);
  for (let times = 0; times < 20; times++) expect((await fetch(`${base}/things`)).status).toBe(200);
  expect(done).toEqual(['read']);
  gates[0]?.(7);
  await expect.poll(() => gates.length).toBe(2);
  gates[1]?.(7);
  const { body } = await answered;
  expect(statuses(body)).toEqual(Array.from({ length: count + 2 }, () => 200));
});

test('requests that wait are bounded over all connections', async () => {
  const { base, gates, get, head } = await serve();
  const sockets = Array.from({ length: 60 }, () => {
    const socket = connect(Number(new URL(base).port)).on('error', () => {});
    socket.write(get + head('GET /').repeat(1100));
    return { socket, closed: once(socket, 'close') };
  });
  onTestFinished(() => sockets.forEach(({ socket }) => void socket.destroy()));
  await Promise.race(sockets.map(({ closed }) => closed));
  const open = sockets.filter(({ socket }) => !socket.destroyed);
  expect(open.length).toBeGreaterThan(40);
  // One that asks as everybody does is served.
  expect((await fetch(`${base}/things/kiln/properties/level`)).status).toBe(200);
  for (const gate of gates) gate(1);
});

test('a body that breaks off breaks nothing of a route that still answers', async () => {
  const late: (() => void)[] = [];
  const { base, head } = await serve({
    mount: {
      '/begun': (_request, response) => {
        response.write('a');
        late.push(
          () => response.write('b'),
          () => response.end(),
        );
      },
      '/silent': (_request, response) =>
        void late.push(
          () => response.setHeader('x-late', '1').end('late'),
          () => {},
        ),
    },
  });
  const ask = async (path: string) => {
    const before = late.length;
    const socket = connect(Number(new URL(base).port));
    const answer = text(socket);
    socket.write(`${head(`POST ${path}`, 'Transfer-Encoding: chunked\r\n')}1\r\nx\r\n`);
    await expect.poll(() => late.length).toBe(before + 2);
    socket.write('zz\r\n');
    return answer;
  };
  // Nobody takes the part for the whole.
  expect(await ask('/begun')).toMatch(/\r\n\r\n1\r\na\r\n$/);
  expect(await ask('/silent')).toMatch(/^HTTP\/1\.1 400 .*"code":"HTTP_MALFORMED"/s);
  for (const answer of late) expect(answer).not.toThrow();
  expect((await fetch(`${base}/things`)).status).toBe(200);
});

test('a body that breaks off while its answer is compressed breaks nothing', async () => {
  const big = 'x'.repeat(4_000_000);
  const reading = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const td = { title: 'Book', properties: { text: { type: 'string', readOnly: true } } } as const;
  const read = () => {
    reading.resolve();
    return answer.promise;
  };
  const { base, head, servient } = await serve();
  await servient.expose(defineThing(td, { properties: { text: { read } } }));
  const socket = connect(Number(new URL(base).port));
  const answered = text(socket);
  const headers = 'Accept-Encoding: br\r\nTransfer-Encoding: chunked\r\n';
  socket.write(`${head('GET /things/book/properties/text', headers)}1\r\nx\r\n`);
  await reading.promise;
  answer.resolve(big);
  socket.write('zz\r\n');
  expect(await answered).toMatch(/^HTTP\/1\.1 400 .*"code":"HTTP_MALFORMED"/s);
  expect((await fetch(`${base}/things/book/properties/text`)).status).toBe(200);
});
