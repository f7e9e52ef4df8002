import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { generateApi } from 'swagger-typescript-api';
import { createServient, defineThing, http } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import greenhouse from '../../examples/greenhouse/main.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import type { JsonObject } from '../../src/td/json-object.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const kilnTd = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1', { '@language': 'en' }],
  title: 'Kiln',
  titles: { en: 'Kiln', de: 'Brennofen' },
  version: { instance: '2.1.0' },
  properties: {
    temperature: { title: 'Temperature', type: 'number', unit: 'Cel', readOnly: true, observable: true },
    'set-point': { type: 'integer', minimum: 20, maximum: 1300 },
    key: { type: 'string', writeOnly: true },
    corners: { type: 'array', items: [{ type: 'integer' }, { type: 'string' }], readOnly: true },
    scaled: { type: 'number', readOnly: true, uriVariables: { factor: { type: 'number', default: 1 } } },
    picture: { readOnly: true, forms: [{ contentType: 'image/png' }] },
  },
  actions: {
    halve: { input: { type: 'number' }, output: { type: 'number' } },
    reset: {},
    fire: {
      synchronous: false,
      input: { type: 'object', properties: { to: { type: 'integer' } }, required: ['to'] },
      output: { type: 'string' },
    },
  },
  events: { hot: { data: { type: 'number' } } },
} as const;

const servient = createServient({ bindings: [http({ port: 0 })], logger: silentLogger });
let base = '';

beforeAll(async () => {
  const kiln = defineThing(kilnTd, {
    properties: {
      temperature: { initial: 900 },
      'set-point': { initial: 20 },
      key: { write: () => {} },
      corners: { initial: [1, 'a'] },
      scaled: { read: ({ uriVariables: { factor } }) => 10 * (factor ?? 1) },
      picture: { read: () => Uint8Array.of(1, 2, 3) },
    },
    actions: {
      halve: (input) => input / 2,
      reset: () => {},
      fire: ({ to }, { signal }) =>
        to < 100 ? `reached ${to}` : new Promise((_, reject) => signal.addEventListener('abort', reject)),
    },
  });
  await servient.expose(kiln);
  base = String(servient.addresses[0]);
});
afterAll(() => servient.stop());

async function documentAt(path: string, headers: Record<string, string> = {}): Promise<JsonObject> {
  return (await (await fetch(`${base}${path}`, { headers })).json()) as JsonObject;
}

describe('the OpenAPI document of a Thing', () => {
  test('is found from its TD, has the type that is asked for, and the language', async () => {
    const link = (await fetch(`${base}/things/kiln`)).headers.get('link') ?? '';
    const [, path = '', rel, type = ''] = /^<([^>]+)>; rel="([^"]+)"; type="([^"]+)"$/.exec(link) ?? [];
    expect([path, rel]).toEqual(['/things/kiln/openapi.json', 'service-desc']);
    for (const accept of ['application/json', type]) {
      const response = await fetch(`${base}${path}`, { headers: { accept } });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, accept]);
    }
    expect(await documentAt(path)).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Kiln', version: '2.1.0' },
    });
    expect(await documentAt(path, { 'accept-language': 'de' })).toMatchObject({
      info: { title: 'Brennofen' },
    });
  });

  test('has one path per resource, with what it takes and gives', async () => {
    const { paths, components, servers } = await documentAt('/things/kiln/openapi.json');
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(servers).toEqual([{ url: base }]);
    expect(components).toMatchObject({
      schemas: {
        Temperature: { type: 'number', 'x-unit': 'Cel', readOnly: true },
        SetPoint: { type: 'integer', minimum: 20, maximum: 1300 },
        Corners: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }] },
      },
    });
    const streamed = { 'text/event-stream': { schema: { type: 'string' } } };
    expect(paths).toMatchObject({
      '/things/kiln/properties': {
        get: {
          operationId: 'readAllProperties',
          parameters: [{ name: 'names', in: 'query' }],
          responses: { 200: { content: streamed } },
        },
        put: { operationId: 'writeMultipleProperties' },
      },
      '/things/kiln/properties/temperature': {
        get: {
          operationId: 'readTemperature',
          responses: {
            200: {
              content: {
                'application/json': { schema: ref('Temperature') },
                'application/cbor': {},
                'text/plain': {},
                ...streamed,
              },
            },
            default: { $ref: '#/components/responses/Problem' },
          },
        },
      },
      '/things/kiln/properties/key': { put: { operationId: 'writeKey', responses: { 204: {} } } },
      '/things/kiln/properties/picture': {
        get: {
          responses: { 200: { content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } } },
        },
      },
      '/things/kiln/actions': { get: { operationId: 'queryAllActions' } },
      '/things/kiln/actions/halve': {
        post: {
          requestBody: { required: true, content: { 'application/json': { schema: ref('HalveInput') } } },
          responses: { 200: {} },
        },
      },
      '/things/kiln/actions/reset': { post: { responses: { 204: {} } } },
      '/things/kiln/actions/fire': { post: { responses: { 201: { headers: { Location: {} } } } } },
      '/things/kiln/actions/fire/{invocationId}': {
        get: { operationId: 'queryFire' },
        delete: { operationId: 'cancelFire' },
      },
      '/things/kiln/events': { get: { operationId: 'subscribeAllEvents' } },
      '/things/kiln/events/hot': {
        get: { operationId: 'subscribeHot', responses: { 200: { content: streamed } } },
      },
    });
    expect(paths).not.toHaveProperty(['/things/kiln/properties/key', 'get']);
    expect(paths).not.toHaveProperty(['/things/kiln/properties/temperature', 'put']);
  });

  test('is valid for every Thing of the greenhouse and for the servient itself', async () => {
    const site = createServient({ bindings: [http({ port: 0 })] });
    await site.start();
    await greenhouse(site, { controlled: false });
    const things = [...site.things.keys()];
    expect(things.length).toBeGreaterThan(20);
    for (const name of things) {
      const response = await fetch(`${site.addresses[0]}/things/${name}/openapi.json`);
      const { valid, errors } = await new Validator().validate((await response.json()) as JsonObject);
      expect(valid, `${name}: ${JSON.stringify(errors)}`).toBe(true);
    }
    await site.stop();
  });
});

/** What the generated module has of the methods that are called here. */
interface GeneratedApi {
  readonly things: Readonly<
    Record<
      string,
      (
        ...args: readonly unknown[]
      ) => Promise<{ readonly data: never; readonly status: number; readonly headers: Headers }>
    >
  >;
}

test('a client generated from it reads, writes, invokes, queries and cancels', async () => {
  const options = {
    url: `${base}/things/kiln/openapi.json`,
    output: false,
    silent: true,
    toJS: true,
  } as const;
  const { files } = await generateApi(options);
  const module = join(temporaryFolder(), 'api.mjs');
  writeFileSync(module, files.find(({ fileName }) => fileName === 'Api')?.fileContent ?? '');
  const { Api } = (await import(pathToFileURL(module).href)) as { readonly Api: new () => GeneratedApi };
  const { things } = new Api();
  const call = async (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    (await things[name]?.(...args))?.data;

  expect(await call('readTemperature')).toBe(900);
  await call('writeSetPoint', 500);
  await call('writeMultipleProperties', { 'set-point': 600, key: 'k' });
  expect(await call('readAllProperties', { names: 'set-point,corners' })).toEqual({
    'set-point': 600,
    corners: [1, 'a'],
  });
  expect(await call('readScaled', { factor: 3 })).toBe(30);
  expect(await call('invokeHalve', 5)).toBe(2.5);
  expect((await things['invokeReset']?.())?.status).toBe(204);
  const refused = await call('invokeHalve', 'x').catch(({ error }: { readonly error: unknown }) => error);
  expect(refused).toMatchObject({ status: 400, code: 'INPUT_MISMATCH' });

  const { href } = (await call('invokeFire', { to: 90 })) as { readonly href: string };
  const id = href.split('/').at(-1);
  await expect.poll(() => call('queryFire', id)).toMatchObject({ status: 'completed', output: 'reached 90' });
  const fire = await things['invokeFire']?.({ to: 900 });
  const running = fire?.headers.get('location')?.split('/').at(-1);
  expect([fire?.status, (await things['cancelFire']?.(running))?.status]).toEqual([201, 204]);
  expect(await call('queryAllActions')).toMatchObject({ fire: [{ href }] });
});
