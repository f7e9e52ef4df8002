import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { needs } from '../support/system-parts.ts';

const bytes = [{ contentType: 'application/octet-stream' }] as const;
const sizes: number[] = [];
const failures: unknown[] = [];
/** Bytes that the handler has of the newest body. */
let received = 0;
let reader: (body: ReadableStream<Uint8Array>) => unknown = sizeOf;

async function sizeOf(body: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      received = size;
    }
  } catch (error) {
    failures.push((error as { readonly code?: string }).code);
    throw error;
  }
  sizes.push(size);
  return size;
}

function recorder() {
  return defineThing(
    {
      title: 'Recorder',
      properties: { tape: { writeOnly: true, forms: bytes } },
      actions: {
        measure: {
          output: { type: 'integer' },
          forms: [{ ...bytes[0], response: { contentType: 'application/json' } }],
        },
        copy: { forms: [{ ...bytes[0], response: bytes[0] }] },
      },
    },
    {
      properties: { tape: { write: async (body) => void (await reader(body)) } },
      actions: { measure: sizeOf, copy: (body) => body },
    },
    { streams: ['tape', 'measure', 'copy'] },
  );
}

const clock = fakeClock();
const servient = createServient({
  bindings: [http({ port: 0 }), coap({ port: 0 })],
  limits: { body: 1000 },
  handlerTimeout: 1000,
  clock,
});
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let base = '';

beforeAll(async () => {
  await servient.expose(recorder());
  base = `${servient.addresses[0]}/things/recorder`;
});
afterAll(async () => {
  agent.destroy();
  await servient.stop();
});
afterEach(() => {
  reader = sizeOf;
  received = 0;
  sizes.length = 0;
  failures.length = 0;
});

function send(path: string, method: string, headers = {}): ClientRequest {
  const type = { 'content-type': 'application/octet-stream' };
  return request(`${base}/${path}`, { method, agent, headers: { ...type, ...headers } });
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response.resume();
}

describe('uploads', () => {
  test('are not bounded, and come as they are sent', async () => {
    const piece = Buffer.alloc(100_000);
    const sent = send('properties/tape', 'PUT');
    for (let index = 0; index < 50; index++) sent.write(piece);
    sent.end();
    expect((await answerTo(sent)).statusCode).toBe(204);
    expect(sizes).toEqual([5_000_000]);
    const echo = send('actions/copy', 'POST');
    echo.write('one');
    const [response] = (await once(echo, 'response')) as [IncomingMessage];
    expect(String((await once(response, 'data'))[0])).toBe('one');
    echo.end('two');
    expect(await new Response(Readable.toWeb(response) as never).text()).toBe('two');
  });

  test('go at the pace of their reader', async () => {
    const begun = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    reader = async (body) => {
      begun.resolve();
      await waiting.promise;
      return sizeOf(body);
    };
    const sent = send('properties/tape', 'PUT');
    sent.end(Buffer.alloc(64 * 1024 * 1024));
    await begun.promise;
    for (let index = 0; index < 20; index++) await fetch(base);
    expect(sent.socket?.writableLength).toBeGreaterThan(0);
    waiting.resolve();
    expect((await answerTo(sent)).statusCode).toBe(204);
    expect(sizes).toEqual([64 * 1024 * 1024]);
  });

  test('keep the handler in time while they come', async () => {
    const sent = send('properties/tape', 'PUT');
    for (const size of [1, 2, 3, 4]) {
      sent.write('x');
      await expect.poll(() => received).toBe(size);
      clock.advance(600);
    }
    sent.end();
    expect((await answerTo(sent)).statusCode).toBe(204);
  });

  test('that nobody reads to the end leave the connection usable', async () => {
    for (const leave of [
      () => undefined,
      async (body: ReadableStream<Uint8Array>) => void (await body.getReader().read()),
      (body: ReadableStream<Uint8Array>) => body.cancel(),
    ]) {
      reader = leave;
      const sent = send('properties/tape', 'PUT');
      sent.end(Buffer.alloc(2_000_000));
      expect((await answerTo(sent)).statusCode).toBe(204);
    }
    reader = async (body) => {
      await body.getReader().read();
      throw new Error('no tape');
    };
    const sent = send('properties/tape', 'PUT');
    sent.end(Buffer.alloc(2_000_000));
    expect((await answerTo(sent)).statusCode).toBe(500);
    const after = send('properties/tape', 'PUT');
    reader = sizeOf;
    after.end('x');
    expect((await answerTo(after)).statusCode).toBe(204);
    expect(sizes).toEqual([1]);
  });

  test('that break off fail', async () => {
    const sent = send('properties/tape', 'PUT').on('error', () => {});
    sent.write('half');
    await expect.poll(() => received).toBe(4);
    sent.destroy();
    await expect.poll(() => failures).toEqual(['BODY_INCOMPLETE']);
  });

  test('of another type or in another coding are refused', async () => {
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }]) {
      const sent = send('properties/tape', 'PUT', headers);
      sent.end('x');
      expect((await answerTo(sent)).statusCode).toBe(415);
    }
  });

  test('over other protocols come in one piece', async () => {
    await using thing = await consume<ReturnType<typeof recorder>['td']>(base);
    const form = ({ href }: { readonly href: string }) => href.startsWith('coap:');
    expect(await thing.actions.measure.invoke(Buffer.from('abc'), { form })).toBe(3);
    const { interactions } = servient.things.get('recorder') as NonNullable<
      ReturnType<typeof servient.things.get>
    >;
    await interactions.writeProperty('tape', Buffer.from('abcd'), { principal: anonymous, carries: 'bytes' });
    expect(sizes).toEqual([3, 4]);
  });

  test('are for those alone who can take them', async () => {
    const { td } = recorder();
    const held = {
      properties: { tape: { initial: new Uint8Array() } },
      actions: { measure() {}, copy() {} },
    };
    expect(await failureOf(() => defineThing(td, held as never, { streams: ['tape'] }))).toMatch(
      'STREAM_HELD',
    );
    const plain = { title: 'P', properties: { level: { type: 'integer' } } } as const;
    const options = { streams: ['level'] } as never;
    expect(
      await failureOf(() => defineThing(plain, { properties: { level: { initial: 1 } } }, options)),
    ).toMatch('STREAM_INVALID');
  });
});

const parts = needs('openssl');
describe.skipIf(parts.missing)(`HTTP/2${parts.note}`, () => {
  test('uploads are whole, or fail', async () => {
    const { key, cert } = makeCertificate();
    const its = createServient({ bindings: [http({ port: 0, tls: { key, cert }, http2: true })] });
    await its.expose(recorder());
    const session = connect(String(its.addresses[0]), { ca: cert });
    onTestFinished(async () => {
      session.destroy();
      await its.stop();
    });
    const put = () =>
      session.request({
        ':method': 'PUT',
        ':path': '/things/recorder/properties/tape',
        'content-type': 'application/octet-stream',
      });
    const whole = put();
    whole.end(Buffer.alloc(1_000_000));
    expect((await once(whole, 'response'))[0]).toMatchObject({ ':status': 204 });
    const broken = put().on('error', () => {});
    broken.write('half');
    await expect.poll(() => received).toBe(4);
    session.destroy();
    await expect.poll(() => failures).toEqual(['BODY_INCOMPLETE']);
    expect(sizes).toEqual([1_000_000]);
  });
});
