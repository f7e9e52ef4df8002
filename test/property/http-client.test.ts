import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { WotError } from '../../src/contracts/errors.ts';

const client = httpClient({ maxBody: 1000 });
let bytes: Uint8Array;
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(bytes));
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterAll(async () => {
  await client.stop();
  server.close();
});

const header = fc.constantFrom(
  'content-type: text/html',
  'content-type: application/json',
  'content-type: application/problem+json; charset=x',
  'content-encoding: gzip',
  'content-length: 3',
  'transfer-encoding: chunked',
  'location: http://[',
  'location: x',
  'retry-after: x',
  'allow: ,',
);
const status = fc.constantFrom(100, 200, 201, 204, 206, 302, 304, 400, 404, 500, 999);
const head = fc
  .tuple(status, fc.array(header, { maxLength: 4 }))
  .map(([code, headers]) => `HTTP/1.1 ${[code, ...headers].join('\r\n')}\r\n\r\n`);
const answers = fc
  .tuple(fc.oneof(head, fc.constant('')), fc.uint8Array({ maxLength: 60 }))
  .map(([start, rest]) => Buffer.concat([Buffer.from(start), rest]));

it('gives content or a WotError, whatever the peer answers', async () => {
  const { port } = server.address() as AddressInfo;
  const form = { href: `http://127.0.0.1:${port}/` };
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      bytes = answer;
      const outcome = await client
        .request({ op: 'invokeaction', form, timeout: 10_000 })
        .catch((error) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(WotError);
      else expect(Object.keys(outcome).every((key) => ['content', 'location'].includes(key))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
