import { afterAll, beforeAll, expect, test } from 'vitest';
import { http } from '../../src/bindings/http/http-server.ts';
import { consume } from '../../src/consumer/consume.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { defineThing } from '../../src/td/define-thing.ts';

const servient = createServient({ bindings: [http({ port: 0 })] });
const definition = defineThing(
  {
    title: 'Map',
    properties: {
      seen: {
        type: 'object',
        readOnly: true,
        uriVariables: {
          list: { type: 'array', items: { type: 'string' } },
          pair: { type: 'array', items: [{ type: 'integer' }, { type: 'string' }] },
          nested: { type: 'array', items: { type: 'array' } },
          at: { type: 'object', properties: { x: { type: 'integer' }, name: { type: 'string' } } },
          text: { type: 'string' },
          any: {},
        },
      },
    },
  },
  { properties: { seen: { read: ({ uriVariables }) => ({ ...uriVariables }) } } },
);
let address = '';
beforeAll(async () => {
  await servient.expose(definition);
  address = `${servient.addresses[0]}/things/map`;
});
afterAll(() => servient.stop());

test.for([
  ['list=a,b', { list: ['a', 'b'] }],
  ['list=a%2Cb,c+d', { list: ['a,b', 'c d'] }],
  ['list=a%2cb', { list: ['a,b'] }],
  ['list=1', { list: ['1'] }],
  ['list=%5B%22a%22,%22b%22]', { list: ['a', 'b'] }],
  ['pair=1,2', { pair: [1, '2'] }],
  ['nested=%5B1%2C2%5D', { nested: [[1, 2]] }],
  ['at=x,1,name,2', { at: { x: 1, name: '2' } }],
  ['at={"x":1}', { at: { x: 1 } }],
  ['text=a,b%2Cc', { text: 'a,b,c' }],
  ['any=a,b', { any: 'a,b' }],
] as const)('%s is understood', async ([query, expected]) => {
  const response = await fetch(`${address}/properties/seen?${query}`);
  expect(await response.json()).toEqual(expected);
});

test.for(['pair=a,b', 'at=x', 'at=x,a', 'nested=a', 'list=%C3'])('%s is refused', async (query) => {
  expect((await fetch(`${address}/properties/seen?${query}`)).status).toBe(400);
});

test('items and members with commas come back from our client', async () => {
  await using thing = await consume<typeof definition.td>(address);
  const uriVariables = { list: ['a,b', '["c"]', ''], at: { x: 1, name: 'a,b' } };
  expect(await thing.properties.seen.read({ uriVariables })).toEqual(uriVariables);
});
