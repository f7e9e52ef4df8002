import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createServient, defineThing, http } from 'thingwright';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { needs } from '../support/system-parts.ts';

const beat = 15_000;
// More than the buffers of both ends: of TCP, of one stream of HTTP/2.
const size = 15_000_000;
const streamed = 1_000_000;
const path = '/things/book/properties/text';
const shortPath = '/things/book/properties/short';

const book = defineThing(
  { title: 'Book', properties: { text: { type: 'string' }, short: { type: 'string' } } },
  { properties: { text: { initial: 'x'.repeat(size) }, short: { initial: 'x'.repeat(streamed) } } },
);

async function serve(options: Parameters<typeof http>[0] = {}) {
  const clock = fakeClock();
  const web = http({ port: 0, ...options });
  const servient = createServient({ bindings: [web], clock });
  onTestFinished(() => servient.stop());
  await servient.expose(book);
  const connections = () =>
    Number(web.metrics?.().find(({ name }) => /connections$/.test(name))?.samples[0]?.value);
  return { base: web.httpSide.base, clock, connections };
}

test('an answer that nobody takes is not kept', async () => {
  const { base, clock, connections } = await serve();
  const { port, host } = new URL(base);
  const socket = connect(Number(port)).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, 'readable');
  for (let beats = 0; beats < 200; beats++) clock.advance(beat);
  await expect.poll(connections).toBe(0);
});

test('one that is taken arrives, however long it takes', async () => {
  const { base, clock } = await serve();
  const answer = await fetch(base + path);
  let received = 0;
  for await (const piece of answer.body ?? []) {
    received += piece.byteLength;
    clock.advance(beat);
  }
  expect(received).toBe(size + 2);
});

const parts = needs('openssl');
test.skipIf(parts.missing)(`over HTTP/2 its stream alone is ended${parts.note}`, async () => {
  const { base, clock } = await serve({ tls: makeCertificate(), http2: true });
  const session = connectHttp2(base, { rejectUnauthorized: false });
  onTestFinished(() => void session.destroy());
  const stalled = session.request({ ':path': shortPath });
  await once(stalled, 'response');
  const closed = once(stalled, 'close');
  for (let beats = 0; beats < 13; beats++) clock.advance(beat);
  const other = session.request({ ':path': '/things' });
  const [head] = await once(other, 'response');
  expect(head[':status']).toBe(200);
  stalled.resume();
  await closed;
  expect(stalled.rstCode).toBe(8); // CANCEL, RFC 9113 section 7
});

/** RFC 9113 section 4.1 */
function frame(type: number, { flags = 0, stream = 0, bytes = [] as readonly number[] } = {}): Buffer {
  return Buffer.from([0, 0, bytes.length, type, flags, 0, 0, 0, stream, ...bytes]);
}

test.skipIf(parts.missing)(`an HTTP/2 session that is not read at all is ended${parts.note}`, async () => {
  const { base, clock, connections } = await serve({ tls: makeCertificate(), http2: true });
  const { port, host } = new URL(base);
  const tls = { port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  const socket = connectTls(tls).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const field = (name: number, value: string) => [name, value.length, ...Buffer.from(value)];
  const head = [0x82, 0x87, ...field(0x01, host), ...field(0x04, path)];
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(4, { bytes: [0, 4, 1, 0, 0, 0] })); // SETTINGS: a window of 16 MB
  socket.write(frame(8, { bytes: [1, 0, 0, 0] })); // WINDOW_UPDATE: the same for the session
  socket.write(frame(1, { flags: 5, stream: 1, bytes: head })); // HEADERS
  await once(socket, 'readable');
  const beats = setInterval(() => clock.advance(beat), 1);
  onTestFinished(() => clearInterval(beats));
  await expect.poll(connections).toBe(0);
});
