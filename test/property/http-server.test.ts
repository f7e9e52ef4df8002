import fc from 'fast-check';
import { createServient, defineThing, http, type Servient } from 'thingwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawHttp } from '../support/raw-http.ts';

let servient: Servient;
let base: string;
const path = '/things/lamp/properties/level';

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0 })] });
  const td = { title: 'Lamp', properties: { level: { type: 'integer' } } } as const;
  await servient.expose(defineThing(td, { properties: { level: { initial: 1 } } }));
  base = String(servient.addresses[0]);
});

afterAll(() => servient.stop());

/** What is answered is a success or a problem, never a failure of the server; and the next request is served. */
async function survives(bytes: Uint8Array): Promise<void> {
  // A second, good request makes the server close where the first one has ended.
  const end = `\r\n\r\nGET ${path} HTTP/1.1\r\nHost: ${new URL(base).host}\r\nConnection: close\r\n\r\n`;
  const { status } = await rawHttp(base, bytes, end);
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  expect((await fetch(`${base}${path}`)).status).toBe(200);
}

const text = (characters: fc.Arbitrary<string>, maxLength = 40) => fc.string({ unit: characters, maxLength });
const inLine = text(
  fc.constantFrom(...'aZ09%/?&=+;,:@.*"\\<>~#[]{}()| ', '%41', '%ff', '..', 'names=', 'q=0.5', 'é'),
);

test('any bytes', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 200 });
});

test('any target, headers and body', async () => {
  const header = fc.tuple(
    fc.constantFrom('Host', 'Accept', 'Origin', 'Content-Type', 'If-None-Match', 'Last-Event-ID', 'Expect'),
    inLine,
  );
  const request = fc
    .record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'),
      target: fc.oneof(
        inLine,
        inLine.map((query) => `${path}?${query}`),
        inLine.map((name) => `/things/${name}`),
      ),
      headers: fc.array(header, { maxLength: 4 }),
      body: fc.uint8Array({ maxLength: 40 }),
    })
    .map(({ method, target, headers, body }) => {
      const lines = [['Host', new URL(base).host], ...headers, ['Content-Length', String(body.length)]];
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`), body]);
    });
  await fc.assert(fc.asyncProperty(request, survives), { numRuns: 400 });
});
