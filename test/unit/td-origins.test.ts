import { expect, test } from 'vitest';
import { securedFirst } from '../../src/consumer/td-origins.ts';

const forms = ['http://h/x', 'coap://h/x', 'coaps://h/x', 'coaps://other/x'].map((href) => ({ href }));
const order = (address?: string) => securedFirst(forms, address).map(({ href }) => href);

test('a TD that came over a secured way is worked with on that way', () => {
  expect(order('coaps://h/things/x')[0]).toBe('coaps://h/x');
  expect(order('coaps://h/things/x').slice(1)).toEqual(['http://h/x', 'coap://h/x', 'coaps://other/x']);
});

test.each([undefined, 'http://h/things/x', 'coap://h/things/x', 'file:///x', 'https://elsewhere/x'])(
  'from %s forms keep their order',
  (address) => {
    expect(order(address)).toEqual(forms.map(({ href }) => href));
  },
);
