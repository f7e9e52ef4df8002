import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listedThings } from '../../src/cli/commands/ls.ts';
import { uriVariable, wholeNumber } from '../../src/cli/option-values.ts';
import { documentAddress, servientAddress, tdAddress } from '../../src/cli/thing-argument.ts';
import { WotError } from '../../src/contracts/errors.ts';
import { failureOf } from '../support/failure-of.ts';

const at = { at: 'http://site.example/' };
const fileUrl = (path: string) => pathToFileURL(resolve(path)).href;

describe('a whole number', () => {
  test.for([
    ['1', 1],
    ['2147483647', 2147483647],
  ] as const)('is %s', ([text, value]) => {
    expect(wholeNumber(text)).toBe(value);
  });

  test.for(['abc', '-5', '0', '', '1.5', '3000000000', '1e3', ' 1', 'NaN'])('is not %j', (text) => {
    expect(() => wholeNumber(text)).toThrow('Expected a whole number from 1 to 2147483647.');
  });
});

describe('uriVariables', () => {
  test('are gathered, JSON or text', () => {
    const given = ['a=1', 'b=x=y', 'c=', '__proto__=2'].reduce(
      (before: Readonly<Record<string, unknown>> | undefined, text) => uriVariable(text, before),
      undefined,
    );
    expect(Object.entries(given ?? {})).toEqual([
      ['a', 1],
      ['b', 'x=y'],
      ['c', ''],
      ['__proto__', 2],
    ]);
  });

  test.for(['', 'a', '=1'])('%j is none', (text) => {
    expect(() => uriVariable(text)).toThrow('Expected name=value.');
  });
});

describe('what is meant by <thing>', () => {
  test.for([
    ['coap://h/things/x', 'coap://h/things/x'],
    ['file:///tmp/x', 'file:///tmp/x'],
    ['./src', fileUrl('src')],
    ['none/td', fileUrl('none/td')],
    ['lamp.td.json', fileUrl('lamp.td.json')],
    ['lamp.jsonld', fileUrl('lamp.jsonld')],
    ['lamp.TD', fileUrl('lamp.TD')],
    // A folder and a file of this checkout: names of Things nevertheless.
    ['src', 'http://site.example/things/src'],
    ['LICENSE', 'http://site.example/things/LICENSE'],
    ['caf\u00e9 1', 'http://site.example/things/caf%C3%A9%201'],
  ] as const)('%s: %s', ([argument, address]) => {
    expect(tdAddress(argument, at)).toBe(address);
  });

  test.for(['localhost:8080', '10.0.0.1:81/things/x'])('%s lacks a scheme', async (text) => {
    expect(await failureOf(() => tdAddress(text, at))).toMatch(
      `invalid ADDRESS_INVALID: "${text}" is no address; give one with its scheme, such as http://${text}.`,
    );
    expect(await failureOf(() => servientAddress({ at: text }))).toContain(`http://${text}`);
  });

  test.for(['http://', 'nonsense', './folder'])('--at %s is no address', async (text) => {
    expect(await failureOf(() => servientAddress({ at: text }))).toMatch('ADDRESS_INVALID');
  });

  test('any text gives an address, none, or a WotError', () => {
    const text = fc.oneof(fc.string(), fc.webUrl(), fc.stringMatching(/^[a-z]{1,5}:(\/\/)?[[\]%:@0-9]*$/));
    fc.assert(
      fc.property(text, (argument) => {
        const address = orWotError(() => documentAddress(argument));
        expect(address === undefined || /^file:/i.test(address) || URL.canParse(address)).toBe(true);
      }),
    );
  });
});

describe('the Things that an answer lists', () => {
  const url = 'http://a.example/things';

  test('are entries, TDs, links or one TD', () => {
    const entry = { name: 'lamp', title: 'Lamp', id: 'urn:x', href: '/things/lamp' };
    expect(listedThings([entry, { title: 'Fan' }], url)).toEqual([
      { name: 'lamp', title: 'Lamp', id: 'urn:x', href: 'http://a.example/things/lamp' },
      { name: 'Fan', title: 'Fan', href: url },
    ]);
    const links = [
      null,
      { rel: 'item', href: 'a%20b' },
      { rel: 'ITEM', href: '100%' },
      { rel: 'item', href: '%80' },
      { rel: 'icon', href: 'x' },
    ];
    expect(listedThings({ title: 'S', links }, url)).toEqual([
      { name: 'a b', title: '', href: 'http://a.example/a%20b' },
      { name: '100%', title: '', href: 'http://a.example/100%' },
      { name: '%80', title: '', href: 'http://a.example/%80' },
    ]);
    expect(listedThings({ title: 'Lamp' }, url)).toEqual([{ name: 'Lamp', title: 'Lamp', href: url }]);
    expect(listedThings([], url)).toEqual([]);
  });

  test.for([
    null,
    'text',
    1,
    {},
    [null],
    [1],
    [{}],
    [{ title: 'x', href: 'http://[' }],
    [{ name: 'x', href: 1 }],
  ])('are not in %j', async (answer) => {
    expect(await failureOf(() => listedThings(answer, url))).toMatch(
      /^invalid NO_THINGS: http:\/\/a.example\/things lists no Things/,
    );
  });

  test('any JSON gives Things or a WotError', () => {
    const link = fc.record({
      rel: fc.constantFrom('item', 'x'),
      href: fc.oneof(fc.string(), fc.jsonValue()),
    });
    const answer = fc.oneof(fc.jsonValue(), fc.array(link), fc.record({ links: fc.array(link) }));
    fc.assert(fc.property(answer, (value) => void orWotError(() => listedThings(value, url))));
  });
});

/** What the call gives, or undefined where it throws a WotError; anything else is thrown on. */
function orWotError<R>(call: () => R): R | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof WotError) return undefined;
    throw error;
  }
}
