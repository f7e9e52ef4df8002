import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServient, defineThing, http } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { needs } from '../support/system-parts.ts';

type Options = NonNullable<Parameters<typeof http>[0]>;

/** A lamp whose property `slow` is answered when the test says so. */
async function serve(options: { readonly [Name in keyof Options]: Options[Name] | undefined } = {}) {
  const reading = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<number>();
  const td = {
    title: 'Lamp',
    properties: { slow: { type: 'integer' }, level: { type: 'integer', observable: true } },
  } as const;
  const read = () => {
    reading.resolve();
    return answer.promise;
  };
  const lamp = defineThing(td, { properties: { slow: { read, write: () => {} }, level: { initial: 5 } } });
  const web = http({ port: 0, ...options } as Options);
  const servient = createServient({ bindings: [web] });
  onTestFinished(() => servient.stop());
  await servient.expose(lamp);
  return { servient, web, lamp, base: web.httpSide.base, reading: reading.promise, answer: answer.resolve };
}

/** A server of the user's own, and where a servient is in it. */
async function userServer() {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, mounted: { base: `http://127.0.0.1:${port}/wot` } };
}

/** A connection that has sent a request which does not ask for its end. */
function ask(
  base: string,
  path: string,
  headers = '',
): { readonly socket: Socket; readonly told: Promise<string> } {
  const { hostname, port, host } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`);
  return { socket, told: text(socket) };
}

const slow = '/things/lamp/properties/slow';
const level = '/things/lamp/properties/level';

describe('a server that stops', () => {
  test('answers what is under way, ends streams and idle connections, and takes no more', async () => {
    const { servient, base, reading, answer } = await serve();
    const idle = ask(base, level);
    const stream = ask(base, level, 'Accept: text/event-stream\r\n');
    const pending = ask(base, slow);
    await Promise.all([reading, once(idle.socket, 'readable'), once(stream.socket, 'readable')]);
    const stopped = servient.stop();
    expect(await idle.told).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\n5$/s);
    expect(await stream.told).toMatch(/^HTTP\/1\.1 200 .*data: 5\n\n/s);
    const [refused] = await once(connect(Number(new URL(base).port)), 'error');
    expect(refused.code).toBe('ECONNREFUSED');
    answer(7);
    expect(await pending.told).toMatch(/^HTTP\/1\.1 200 .*\r\nconnection: close\r\n.*\r\n\r\n7$/is);
    await stopped;
  });

  const refused = /^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"code":"STOPPING"/is;

  test('ends after the drain time what does not end: answers, half requests, connections that were taken over', async () => {
    const { servient, web, base, reading, answer } = await serve({ drain: 50 });
    web.httpSide.addUpgrade({
      matches: () => true,
      upgrade: (_request, socket) => void socket.write('yours'),
    });
    const began = performance.now();
    const pending = ask(base, slow);
    const half = connect(Number(new URL(base).port)).on('error', () => {});
    half.write('PUT /things');
    const taken = ask(base, '/any', 'Connection: Upgrade\r\nUpgrade: websocket\r\n');
    await Promise.all([reading, once(taken.socket, 'readable')]);
    await servient.stop();
    expect(performance.now() - began).toBeLessThan(1000);
    answer(7);
    expect(await Promise.all([pending.told, taken.told])).toEqual([expect.stringMatching(refused), 'yours']);
    half.destroy();
  });

  test('inside of a server of the user ends what is under way and begins nothing', async () => {
    const { server, mounted } = await userServer();
    const { web, servient, base, reading, answer, lamp } = await serve({ port: undefined, mounted });
    server.on('request', web.handler);
    const pending = fetch(base + slow);
    await reading;
    const stopped = servient.stop();
    const late = await fetch(base + level);
    expect([late.status, await late.json()]).toMatchObject([503, { code: 'STARTING' }]);
    answer(7);
    expect(await (await pending).text()).toBe('7');
    await stopped;
    await servient.start();
    await servient.expose(lamp);
    expect(await (await fetch(base + level)).text()).toBe('5');
  });

  test('inside of a server of the user refuses what takes too long', async () => {
    const { server, mounted } = await userServer();
    const { web, servient, base, reading } = await serve({ port: undefined, mounted, drain: 20 });
    server.on('request', web.handler);
    const pending = ask(base, `/wot${slow}`);
    await reading;
    await servient.stop();
    expect(await pending.told).toMatch(refused);
  });

  test('says before that it is not ready', async () => {
    const web = http({ port: 0 });
    const gate = Promise.withResolvers<void>();
    const nothing = async () => {};
    const forms = () => ({ forms: [], properties: {}, actions: {}, events: {} });
    const last = { name: 'last', addresses: [], start: nothing, forms, expose: nothing, unexpose: nothing };
    const servient = createServient({ bindings: [web, { ...last, stop: () => gate.promise }] });
    await servient.start();
    const { base } = web.httpSide;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    const stopped = servient.stop();
    const answer = await fetch(`${base}/readyz`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NOT_READY' }]);
    gate.resolve();
    await stopped;
  });

  test('starts again', async () => {
    const { servient, web, lamp } = await serve();
    await servient.stop();
    await servient.stop();
    expect(web.addresses).toEqual([]);
    await servient.start();
    await servient.expose(lamp);
    expect(await (await fetch(web.httpSide.base + level)).text()).toBe('5');
  });

  const parts = needs('openssl');
  test.skipIf(parts.missing)(`tells HTTP/2 sessions to go away${parts.note}`, async () => {
    const { servient, base, reading, answer } = await serve({ tls: makeCertificate(), http2: true });
    const session = connectHttp2(base, { rejectUnauthorized: false });
    const idle = connectHttp2(base, { rejectUnauthorized: false });
    const stream = session.request({ ':path': level, accept: 'text/event-stream' });
    const pending = session.request({ ':path': slow });
    await Promise.all([reading, once(stream, 'response'), once(idle, 'connect')]);
    const closed = Promise.all([once(session, 'goaway'), once(session, 'close'), once(idle, 'close')]);
    const stopped = servient.stop();
    expect(await text(stream)).toContain('data: 5');
    answer(7);
    expect(await text(pending)).toBe('7');
    await Promise.all([closed, stopped]);
  });

  test.skipIf(parts.missing)(`refuses over HTTP/2 what takes too long${parts.note}`, async () => {
    const { servient, base, reading } = await serve({ tls: makeCertificate(), http2: true, drain: 20 });
    const session = connectHttp2(base, { rejectUnauthorized: false });
    const pending = session.request({ ':path': slow });
    await reading;
    const stopped = servient.stop();
    const [head] = await once(pending, 'response');
    expect([head[':status'], JSON.parse(await text(pending))]).toMatchObject([503, { code: 'STOPPING' }]);
    await stopped;
  });
});
