import { createServient, defineThing, http, type Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../support/fake-clock.ts';
import { rawHttp } from '../support/raw-http.ts';

const clock = fakeClock();
const handlerTimeout = 30_000;
const never = () => {
  // The call is under way when its timer is set.
  queueMicrotask(() => clock.advance(handlerTimeout));
  return new Promise<never>(() => {});
};

const definition = defineThing(
  {
    title: 'Lamp',
    properties: {
      level: { type: 'integer', minimum: 0, maximum: 100 },
      shape: { type: 'object', properties: { size: { type: 'number' } } },
      fixed: { type: 'string', readOnly: true },
      broken: { type: 'string' },
      silent: { type: 'string' },
      wrong: { type: 'string' },
    },
    actions: {
      move: { input: { type: 'integer', maximum: 100 } },
      broken: {},
      silent: {},
    },
    events: { hot: {} },
  },
  {
    properties: {
      level: { initial: 1 },
      shape: { initial: {} },
      fixed: { initial: 'f' },
      broken: {
        read: () => {
          throw new Error('secret');
        },
        write: () => Promise.reject('secret'),
      },
      silent: { read: never, write: never },
      wrong: { read: () => 7 as unknown as string, write: () => {} },
    },
    actions: {
      move: () => {},
      broken: () => {
        throw { secret: true };
      },
      silent: never,
    },
  },
);

let servient: Servient;
let base: string;

beforeAll(async () => {
  servient = createServient({ bindings: [http({ port: 0 })], clock, handlerTimeout });
  await servient.expose(definition);
  base = String(servient.addresses[0]);
});

afterAll(() => servient.stop());

const thing = '/things/lamp';
const properties = `${thing}/properties`;

type Body = string | Uint8Array;

function request(
  line: string,
  { host = new URL(base).host, body = '' as Body, headers = '' } = {},
): readonly Body[] {
  const bytes = Buffer.from(body);
  const length = bytes.length > 0 ? `Content-Length: ${bytes.length}\r\n` : '';
  return [`${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${length}${headers}\r\n`, bytes];
}

/** What answers, machine-readable; and that the next request is served. */
async function refusal(...pieces: readonly Body[]): Promise<readonly [number, string]> {
  const { status, type, body } = await rawHttp(base, ...pieces);
  expect([status, type, body]).toEqual([
    expect.any(Number),
    'application/problem+json',
    expect.stringMatching(/^\{/),
  ]);
  const problem = JSON.parse(body);
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(body).not.toContain('secret');
  const next = await fetch(`${base}${properties}/fixed`);
  expect([next.status, await next.text()]).toEqual([200, '"f"']);
  return [status, problem.code];
}

describe('request targets', () => {
  test.for([
    [`${properties}/%zz`, 400, 'PERCENT_ENCODING_INVALID'],
    [`${properties}/%`, 400, 'PERCENT_ENCODING_INVALID'],
    [`${properties}/%ff%fe`, 400, 'PERCENT_ENCODING_INVALID'],
    [`${properties}/%00`, 404, 'PATH_UNKNOWN'],
    [`${thing}/properties?names=%zz`, 400, 'PERCENT_ENCODING_INVALID'],
    [`${thing}/actions/silent/%zz`, 400, 'PERCENT_ENCODING_INVALID'],
    ['//', 404, 'PATH_UNKNOWN'],
    ['//evil.example/things', 404, 'PATH_UNKNOWN'],
    ['/../../etc/passwd', 404, 'PATH_UNKNOWN'],
    ['/things/unknown', 404, 'PATH_UNKNOWN'],
    [`${properties}/unknown`, 404, 'PATH_UNKNOWN'],
    [`${thing}/actions/unknown`, 404, 'PATH_UNKNOWN'],
    [`${thing}/events/unknown`, 404, 'PATH_UNKNOWN'],
  ] as const)('%s', async ([target, status, code]) => {
    expect(await refusal(...request(`GET ${target}`))).toEqual([status, code]);
  });

  test('of 5,000 segments', async () => {
    expect(await refusal(...request(`GET /${'a/'.repeat(5000)}`))).toEqual([404, 'PATH_UNKNOWN']);
  });

  test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the name %s', async (name) => {
    for (const path of [`/things/${name}`, `${properties}/${name}`, `${thing}/events/${name}`]) {
      expect(await refusal(...request(`GET ${path}`))).toEqual([404, 'PATH_UNKNOWN']);
    }
    expect(await refusal(...request(`POST ${thing}/actions/${name}`))).toEqual([404, 'PATH_UNKNOWN']);
    expect(await refusal(...request(`GET ${thing}/actions/silent/${name}`))).toEqual([404, 'PATH_UNKNOWN']);
    expect(await refusal(...request(`GET ${properties}?names=${name}`))).toEqual([404, 'PROPERTY_UNKNOWN']);
    const body = `{"${name}":1}`;
    expect(await refusal(...request(`PUT ${properties}`, { body }))).toEqual([404, 'PROPERTY_UNKNOWN']);
  });

  test.for([
    ['PUT', `${properties}/fixed`, 'PROPERTY_READ_ONLY'],
    ['DELETE', `${properties}/level`, 'METHOD_NOT_ALLOWED'],
    ['GET', `${thing}/actions/move`, 'METHOD_NOT_ALLOWED'],
    ['PROPFIND', thing, 'METHOD_NOT_ALLOWED'],
  ] as const)('%s %s is not offered', async ([method, path, code]) => {
    expect(await refusal(...request(`${method} ${path}`))).toEqual([405, code]);
  });
});

describe('heads', () => {
  test.for([
    ['a b', 400, 'HOST_INVALID'],
    ['', 400, 'HOST_INVALID'],
    ['[::', 400, 'HOST_INVALID'],
    ['http://x/', 400, 'HOST_INVALID'],
    ['127.0.0.1:99999999', 400, 'HOST_INVALID'],
    ['evil.example', 403, 'HOST_NOT_ALLOWED'],
  ] as const)('Host: %s', async ([host, status, code]) => {
    expect(await refusal(...request(`GET ${properties}/level`, { host }))).toEqual([status, code]);
  });

  test.for([
    [10_000, 403, 'HOST_NOT_ALLOWED'],
    [100_000, 431, 'HTTP_MALFORMED'],
  ] as const)('a Host of %i characters', async ([length, status, code]) => {
    const host = 'x'.repeat(length);
    expect(await refusal(...request(`GET ${properties}/level`, { host }))).toEqual([status, code]);
  });

  test.for([
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['bytes', Buffer.from([0, 255, 254, 13, 10, 13, 10])],
    ['two lengths', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a length that is none', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    [
      'length and chunks',
      'PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ] as const)('%s', async ([, bytes]) => {
    expect((await refusal(bytes))[0]).toBe(400);
  });

  test('a chunk that is none', async () => {
    const headers = 'Transfer-Encoding: chunked\r\n';
    expect(await refusal(...request(`PUT ${properties}/level`, { headers }), 'zz\r\n')).toEqual([
      400,
      'HTTP_MALFORMED',
    ]);
  });
});

describe('bodies', () => {
  test.for<readonly [string, Body, string]>([
    ['no JSON', '{bad', 'PAYLOAD_MALFORMED'],
    ['two values', '1 2', 'PAYLOAD_MALFORMED'],
    ['100,000 levels', '['.repeat(100_000), 'PAYLOAD_MALFORMED'],
    ['100,000 levels, closed', '['.repeat(100_000) + ']'.repeat(100_000), 'PAYLOAD_MALFORMED'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'PAYLOAD_MALFORMED'],
    ['nothing', '', 'INPUT_MISSING'],
    ['text', '"7"', 'INPUT_MISMATCH'],
    ['null', 'null', 'INPUT_MISMATCH'],
    ['a fraction', '1.5', 'INPUT_MISMATCH'],
    ['too much', '101', 'INPUT_MISMATCH'],
    ['beyond doubles', '1e999', 'PAYLOAD_MALFORMED'],
  ])('%s for an integer', async ([, body, code]) => {
    expect(await refusal(...request(`PUT ${properties}/level`, { body }))).toEqual([400, code]);
    expect(await refusal(...request(`POST ${thing}/actions/move`, { body }))).toEqual([400, code]);
  });

  test('of 50 MB, declared or in chunks', async () => {
    const piece = Buffer.alloc(1024 * 1024, '[');
    const pieces = Array.from({ length: 50 }, () => piece);
    const head = `PUT ${properties}/level HTTP/1.1\r\nHost: ${new URL(base).host}\r\nConnection: close\r\n`;
    const declared = `${head}Content-Length: ${50 * piece.length}\r\n\r\n`;
    expect(await refusal(declared, ...pieces)).toEqual([413, 'BODY_TOO_LARGE']);
    const chunks = pieces.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']);
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
    expect(await refusal(chunked, ...chunks, '0\r\n\r\n')).toEqual([413, 'BODY_TOO_LARGE']);
  });

  test('that name members of every object', async () => {
    const body = '{"__proto__":{"size":"polluted"},"constructor":{"prototype":{"size":"polluted"}}}';
    const { status } = await rawHttp(base, ...request(`PUT ${properties}/shape`, { body }));
    expect([204, 400]).toContain(status);
    expect(({} as { readonly size?: unknown }).size).toBeUndefined();
  });
});

describe('handlers', () => {
  test.for([
    [`GET ${properties}/broken`, '', 500, 'HANDLER_FAILED'],
    [`PUT ${properties}/broken`, '"x"', 500, 'HANDLER_FAILED'],
    [`POST ${thing}/actions/broken`, '', 500, 'HANDLER_FAILED'],
    [`GET ${properties}/wrong`, '', 500, 'OUTPUT_MISMATCH'],
    [`GET ${properties}/silent`, '', 504, 'HANDLER_TIMEOUT'],
    [`PUT ${properties}/silent`, '"x"', 504, 'HANDLER_TIMEOUT'],
    [`POST ${thing}/actions/silent`, '', 504, 'HANDLER_TIMEOUT'],
    [`GET ${properties}`, '', 500, 'HANDLER_FAILED'],
  ] as const)('%s', async ([line, body, status, code]) => {
    expect(await refusal(...request(line, { body }))).toEqual([status, code]);
  });
});
