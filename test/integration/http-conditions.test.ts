import { createServient, defineThing, http } from 'thingwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const lamp = defineThing(
  {
    title: 'Lamp',
    modified: '2026-02-03T04:05:06Z',
    properties: { level: { type: 'integer' } },
    actions: { toggle: {}, fade: { synchronous: false } },
  },
  {
    properties: { level: { initial: 1 } },
    actions: { toggle: () => void toggled++, fade: () => new Promise<void>(() => {}) },
  },
);
const servient = createServient({ bindings: [http({ port: 0 })] });
let base = '';
let toggled = 0;

beforeAll(async () => {
  await servient.expose(lamp);
  base = `${servient.addresses[0]}/things/lamp`;
});
afterAll(() => servient.stop());

type Headers = Record<string, string>;

async function ask(method: string, path: string, headers: Headers = {}, body?: string) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method, headers: { ...type, ...headers }, ...(body !== undefined && { body }) };
  return fetch(base + path, init);
}

const unmet: readonly Headers[] = [
  { 'if-match': '"x"' },
  { 'if-match': 'W/"x", "y"' },
  { 'if-match': '' },
  { 'if-none-match': '*' },
];

describe('what has no ETag', () => {
  test.for(unmet)('is not changed under %o', async (headers) => {
    const before = toggled;
    for (const [method, path, body] of [
      ['PUT', '/properties/level', '7'],
      ['PUT', '/properties', '{"level":7}'],
      ['POST', '/actions/toggle'],
    ] as const) {
      const answer = await ask(method, path, headers, body);
      expect([answer.status, await answer.json()]).toMatchObject([412, { code: 'PRECONDITION_FAILED' }]);
    }
    expect([await (await ask('GET', '/properties/level')).text(), toggled]).toEqual(['1', before]);
  });

  test.for<Headers>([
    { 'if-match': '*' },
    { 'if-none-match': '"x"' },
    { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
  ])('is changed under %o', async (headers) => {
    const before = toggled;
    expect((await ask('PUT', '/properties/level', headers, '1')).status).toBe(204);
    expect((await ask('POST', '/actions/toggle', headers)).status).toBe(204);
    expect(toggled).toBe(before + 1);
  });

  test('of an invocation: what is not there is not found, what is there stays', async () => {
    const { headers } = await ask('POST', '/actions/fade');
    const path = String(headers.get('location')).slice('/things/lamp'.length);
    expect((await ask('DELETE', `${path.slice(0, -1)}x`, { 'if-match': '"x"' })).status).toBe(404);
    expect((await ask('DELETE', path, { 'if-match': '"x"' })).status).toBe(412);
    expect((await ask('GET', path)).status).toBe(200);
    expect((await ask('DELETE', path, { 'if-match': '*' })).status).toBe(204);
  });
});

test('a TD is given under its own ETag or date alone', async () => {
  const { headers } = await ask('GET', '');
  const etag = String(headers.get('etag'));
  const date = String(headers.get('last-modified'));
  const status = async (asked: Headers) => (await ask('GET', '', asked)).status;
  for (const [given, asked] of [
    [200, { 'if-match': etag }],
    [200, { 'if-match': `"x", ${etag}` }],
    [200, { 'if-match': '*', 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }],
    [304, { 'if-match': etag, 'if-none-match': etag }],
    [412, { 'if-match': '"x"' }],
    [412, { 'if-match': `W/${etag}` }],
    [412, { 'if-match': '"x"', 'if-none-match': etag }],
    [200, { 'if-unmodified-since': date }],
    [200, { 'if-unmodified-since': 'yesterday' }],
    [412, { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }],
  ] as const) {
    expect(await status(asked), JSON.stringify(asked)).toBe(given);
  }
});
