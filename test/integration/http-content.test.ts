import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { coap } from '../../src/bindings/coap/coap-server.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import type { Logger } from '../../src/contracts/logger.ts';
import type { Form } from '../../src/contracts/td.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import type { ExposedThing } from '../../src/servient/exposure.ts';
import { camera, drawing, part, png } from '../support/camera.ts';
import { makeCertificate } from '../support/certificate.ts';
import { needs } from '../support/system-parts.ts';

const errors: string[] = [];
const note = (message: string) => void errors.push(message);
const logger: Logger = { debug() {}, info() {}, warn() {}, error: note };
const { definition, opened, cancelled, printed } = camera();
const servient = createServient({
  bindings: [http({ port: 0 }), coap({ port: 0 })],
  limits: { body: 2000 },
  logger,
});
let thing: ExposedThing;
let base = '';

beforeAll(async () => {
  thing = await servient.expose(definition);
  base = `${servient.addresses[0]}/things/camera`;
});
afterAll(() => servient.stop());
afterEach(() => void errors.splice(0));

const read = (name: string, headers: Record<string, string> = {}) =>
  fetch(`${base}/properties/${name}`, { headers });
const write = (name: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${base}/properties/${name}`, { method: 'PUT', body, headers });

/** The answer's head, its body not yet read: fetch would decompress and hide failures. */
async function open(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  const sent = get(`${base}/${path}`, { headers, method, agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function bodyOf(response: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('declared content types', () => {
  test('are served and taken as they are', async () => {
    const response = await read('frame');
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(png);
    const turned = png.toReversed();
    expect((await write('frame', turned, { 'content-type': 'Image/PNG' })).status).toBe(204);
    expect(thing.handle.get('frame')).toEqual(turned);
    expect((await write('log', 'c,d', { 'content-type': 'text/csv' })).status).toBe(204);
    expect(thing.handle.get('log')).toBe('c,d');
    expect(await (await read('log')).text()).toBe('c,d');
    expect(await (await read('drawing', { accept: 'image/*' })).text()).toBe(drawing);
  });

  test('without a Content-Type the declared one holds', async () => {
    const sent = request(`${base}/properties/frame`, { method: 'PUT', agent: false });
    sent.end(png);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(204);
    expect(thing.handle.get('frame')).toEqual(png);
  });

  test('other types are refused with what is there', async () => {
    const refused = await read('frame', { accept: 'application/json' });
    expect([refused.status, await refused.json()]).toMatchObject([
      406,
      { detail: expect.stringContaining('image/png') },
    ]);
    const put = await write('frame', '7', { 'content-type': 'application/json' });
    expect([put.status, put.headers.get('accept')]).toEqual([415, 'image/png']);
  });

  test('forms tell them, and streams of JSON leave bytes out', () => {
    const { properties, actions, events } = thing.td();
    const formsOf = (affordance: { readonly forms?: readonly Form[] } | undefined) =>
      affordance?.forms?.filter(({ href }) => href.startsWith('http:'));
    expect(formsOf(properties?.['frame'])).toEqual([
      { href: `${base}/properties/frame`, op: ['readproperty', 'writeproperty'], contentType: 'image/png' },
    ]);
    const log = formsOf(properties?.['log'])?.map(({ contentType, subprotocol }) => [
      contentType,
      subprotocol,
    ]);
    expect(log).toEqual([
      ['text/csv', undefined],
      [undefined, 'sse'],
    ]);
    expect(formsOf(actions?.['snap'])).toMatchObject([{ response: { contentType: 'image/png' } }]);
    expect(formsOf(actions?.['print'])).toMatchObject([
      { contentType: 'application/pdf', response: { contentType: 'text/plain' } },
    ]);
    expect([formsOf(events?.['motion'])?.length, formsOf(events?.['line'])?.length]).toEqual([0, 1]);
  });

  test('bytes do not stand among JSON values', async () => {
    const all = await (await fetch(`${base}/properties?names=log,zoom`)).json();
    expect(all).toMatchObject({ log: thing.handle.get('log'), zoom: 1.5 });
    expect((await fetch(`${base}/properties?names=frame`)).status).toBe(406);
    const put = await fetch(`${base}/properties`, {
      method: 'PUT',
      body: '{"frame":"x"}',
      headers: { 'content-type': 'application/json' },
    });
    expect([put.status, await put.json()]).toMatchObject([415, { code: 'BINARY_NOT_CARRIED' }]);
    const stream = { headers: { accept: 'text/event-stream' } };
    expect((await fetch(`${base}/events/motion`, stream)).status).toBe(406);
    expect((await fetch(`${base}/properties/frame`, stream)).status).toBe(406);
  });

  test('of actions: input and output each have their own', async () => {
    const snap = await fetch(`${base}/actions/snap`, { method: 'POST' });
    expect([snap.headers.get('content-type'), new Uint8Array(await snap.arrayBuffer())]).toEqual([
      'image/png',
      png,
    ]);
    const headers = { 'content-type': 'application/pdf' };
    const print = await fetch(`${base}/actions/print`, { method: 'POST', body: '%PDF', headers });
    expect([print.headers.get('content-type'), await print.text()]).toEqual(['text/plain', '1']);
    expect(printed).toEqual([Buffer.from('%PDF')]);
    const none = await fetch(`${base}/actions/reset`, { method: 'POST', headers: { accept: 'image/png' } });
    expect(none.status).toBe(204);
  });

  test('of an action stand for the DataSchemas that its author left out', async () => {
    await using consumed = await consume<typeof definition.td>(base);
    expect(await consumed.actions.turn.invoke(png)).toEqual(Buffer.from(png.toReversed()));
    expect((await fetch(`${base}/actions/turn`, { method: 'POST' })).status).toBe(400);
    const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as { readonly paths: object };
    expect(paths).toMatchObject({
      '/things/camera/actions/turn': {
        post: {
          requestBody: { content: { 'application/octet-stream': {} } },
          responses: { 200: { content: { 'image/png': {} } } },
        },
      },
    });
  });

  test('are not taken for pages of ours', async () => {
    const headersOf = (response: Response) =>
      ['x-content-type-options', 'content-security-policy'].map((name) => response.headers.get(name));
    const guarded = ['nosniff', 'sandbox'];
    expect(headersOf(await read('drawing'))).toEqual(guarded);
    expect(headersOf(await fetch(`${base}/properties/drawing`, { method: 'HEAD' }))).toEqual(guarded);
    expect(headersOf(await fetch(`${base}/actions/snap`, { method: 'POST' }))).toEqual(guarded);
    expect(headersOf(await read('place'))).toEqual(['nosniff', null]);
    expect(headersOf(await read('zoom'))).toEqual([null, null]);
  });

  test('a value that is none of the declared type is the fault of the Thing', async () => {
    expect((await read('wrong')).status).toBe(500);
    expect(errors[0]).toContain('DataSchema');
  });
});

describe('text', () => {
  test('numbers and strings can be had and written as text, JSON is preferred', async () => {
    const text = { accept: 'text/plain' };
    expect(await (await read('zoom', text)).text()).toBe('1.5');
    expect(await (await read('name', text)).text()).toBe('front');
    expect((await read('zoom', { accept: 'text/plain, application/*' })).headers.get('content-type')).toBe(
      'application/json',
    );
    const written = await write('zoom', '2.5\n', { 'content-type': 'text/plain;charset=UTF-8' });
    expect([written.status, thing.handle.get('zoom')]).toEqual([204, 2.5]);
    expect((await write('name', '7', { 'content-type': 'text/plain' })).status).toBe(204);
    expect(thing.handle.get('name')).toBe('7');
    expect((await write('zoom', 'wide', { 'content-type': 'text/plain' })).status).toBe(400);
    const foreign = await write('zoom', '1', { 'content-type': 'text/plain;charset=latin1' });
    expect([foreign.status, foreign.headers.get('accept')]).toEqual([
      415,
      'application/json, application/cbor, text/plain, application/senml+json, application/senml+cbor',
    ]);
    thing.handle.set('zoom', 1.5);
  });

  test('a stream of changes is chosen by its weight', async () => {
    const type = async (accept: string) => {
      const response = await open('properties/zoom', { accept }, 'HEAD');
      return response.resume().headers['content-type'];
    };
    expect(await type('text/event-stream')).toBe('text/event-stream');
    expect(await type('text/event-stream, application/json;q=0.9')).toBe('text/event-stream');
    expect(await type('text/event-stream;q=0.5, application/json')).toBe('application/json');
    expect(await type('text/event-stream;q=0, */*')).toBe('application/json');
    const unobservable = await read('name', { accept: 'text/event-stream, application/json;q=0.1' });
    expect([unobservable.status, await unobservable.json()]).toEqual([200, thing.handle.get('name')]);
  });
});

describe('streams', () => {
  test('flow, and end when the peer goes', async () => {
    const response = await open('properties/video');
    expect(response.headers).toMatchObject({
      'content-type': 'multipart/x-mixed-replace;boundary=frame',
      'transfer-encoding': 'chunked',
    });
    const [first] = await once(response, 'data');
    expect(String(first)).toBe(part);
    const source = opened.at(-1);
    source?.write('next');
    expect(String((await once(response, 'data'))[0])).toBe('next');
    response.destroy();
    await once(source as NonNullable<typeof source>, 'close');
  });

  test('of the web are cancelled when the peer goes, though nothing comes', async () => {
    const response = await open('properties/ticker');
    await once(response, 'data');
    response.destroy();
    await expect.poll(() => cancelled).toEqual(['ticker']);
  });

  test('go at the pace of the peer', async () => {
    const response = await open('properties/video');
    await once(response, 'data');
    response.pause();
    const source = opened.at(-1) as NonNullable<(typeof opened)[number]>;
    const chunk = Buffer.alloc(65_536);
    let written = 0;
    while (source.write(chunk) && written < 1000) {
      written++;
      await new Promise(setImmediate);
    }
    expect(written).toBeLessThan(1000);
    response.destroy();
  });

  test('HEAD does not begin them', async () => {
    const response = await open('properties/ticker', {}, 'HEAD');
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/x-ticks']);
    await expect.poll(() => cancelled).toEqual(['ticker', 'ticker']);
  });

  test('one that breaks off cuts the connection; one that never began is an error', async () => {
    await expect(open('properties/torn').then(bodyOf)).rejects.toThrow('aborted');
    expect(errors).toHaveLength(1);
    const early = await read('early');
    expect([early.status, await early.json()]).toMatchObject([500, { kind: 'internal' }]);
    expect(errors).toHaveLength(2);
  });
});

describe('compression', () => {
  test.for([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('of what is large, with %s', async ([coding, decompress]) => {
    const response = await open('properties/drawing', { 'accept-encoding': coding });
    expect(response.headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept, Accept-Encoding' });
    const body = await bodyOf(response);
    expect(Number(response.headers['content-length'])).toBe(body.length);
    expect(body.length).toBeLessThan(drawing.length / 4);
    expect(decompress(body).toString()).toBe(drawing);
    const head = await open('properties/drawing', { 'accept-encoding': coding }, 'HEAD');
    expect(head.resume().headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(body.length),
    });
  });

  test('not of what is small, not asked for, an image or a stream', async () => {
    const all = { 'accept-encoding': 'br, gzip' };
    const codings = [
      await open('properties/zoom', all),
      await open('properties/drawing'),
      await open('properties/drawing', { 'accept-encoding': 'br;q=0, identity' }),
      await open('properties/frame', all),
      await open('properties/video', all),
    ].map((response) => response.destroy().headers['content-encoding']);
    expect(codings).toEqual(Array.from({ length: 5 }));
  });
});

describe('coded requests', () => {
  test.for([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (body: string) => Buffer.from(body)],
  ] as const)('%s is understood', async ([coding, compress]) => {
    const json = { 'content-type': 'application/json', 'content-encoding': coding };
    expect((await write('name', compress('"back"'), json)).status).toBe(204);
    expect(thing.handle.get('name')).toBe('back');
    thing.handle.set('name', 'front');
  });

  test('bombs, garbage and other codings are refused', async () => {
    const coded = (coding: string) => ({ 'content-type': 'application/json', 'content-encoding': coding });
    const bomb = gzipSync(JSON.stringify('x'.repeat(1_000_000)));
    expect(bomb.length).toBeLessThan(2000);
    expect((await write('name', bomb, coded('gzip'))).status).toBe(413);
    expect((await write('name', 'no gzip', coded('gzip'))).status).toBe(400);
    const zstd = await write('name', 'x', coded('zstd'));
    expect([zstd.status, zstd.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br']);
    expect(thing.handle.get('name')).toBe('front');
  });
});

const parts = needs('openssl');
describe.skipIf(parts.missing)(`HTTP/2${parts.note}`, () => {
  test('streams end with their peer, and tell when they break off', async () => {
    const { key, cert } = makeCertificate();
    const filming = camera();
    const its = createServient({
      bindings: [http({ port: 0, tls: { key, cert }, http2: true }), coap({ port: 0 })],
      logger,
    });
    await its.expose(filming.definition);
    const session = connect(String(its.addresses[0]), { ca: cert });
    onTestFinished(async () => {
      session.destroy();
      await its.stop();
    });
    const stream = (name: string) => session.request({ ':path': `/things/camera/properties/${name}` });
    const ticker = stream('ticker');
    expect(String((await once(ticker, 'data'))[0])).toBe('tick');
    ticker.close();
    await expect.poll(() => filming.cancelled).toEqual(['ticker']);
    expect(errors).toEqual([]);
    await expect(bodyOf(stream('torn'))).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
    expect(errors).toHaveLength(1);
  });
});
