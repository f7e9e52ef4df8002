import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CoreLink, filterLinks, serialiseLinks } from '../../src/bindings/coap/messages/link-format.ts';
import { failureOf } from '../support/failure-of.ts';

const links: readonly CoreLink[] = [
  { href: '/a', attributes: { rt: 'wot.thing sensor', ct: '432 40', sz: '2048' } },
  { href: '/b', attributes: { if: 'x', obs: true, title: '100%' } },
  { href: '/ab', attributes: { rt: 'wot.directory', title: 'say "a\\b"' } },
  { href: '/%C3%BC', attributes: { title: "Gewächshaus (d'Azur)\n\ud800" } },
];

test('links are written as RFC 6690 section 2 says', () => {
  expect(serialiseLinks(links.slice(0, 3))).toBe(
    '</a>;rt="wot.thing sensor";ct="432 40";sz=2048,</b>;if="x";obs;title="100%",</ab>;rt="wot.directory";title="say \\"a\\\\b\\""',
  );
  expect(serialiseLinks(links.slice(3))).toBe(
    "</%C3%BC>;title*=UTF-8''Gew%C3%A4chshaus%20%28d%27Azur%29%0A%EF%BF%BD",
  );
  expect(serialiseLinks([])).toBe('');
});

const hrefs = (...queries: readonly string[]) => filterLinks(links, queries).map(({ href }) => href);

describe('filter (RFC 6690 section 4.1)', () => {
  test.each([
    [[], ['/a', '/b', '/ab', '/%C3%BC']],
    [['rt=sensor'], ['/a']],
    [['rt=wot.thing sensor'], ['/a']],
    [['rt=wot.*'], ['/a', '/ab']],
    [['rt=*'], ['/a', '/ab']],
    [['rt="sensor"'], ['/a']],
    [['rt='], []],
    [['href=/a*'], ['/a', '/ab']],
    [['href=/a'], ['/a']],
    [['href=/ü'], ['/%C3%BC']],
    [['href=/%C3%BC'], ['/%C3%BC']],
    [['ct=432'], ['/a']],
    [['ct=40'], ['/a']],
    [['sz=*'], ['/a']],
    [['obs'], ['/b']],
    [['obs='], ['/b']],
    [['title=Gew%C3%A4chs*'], ['/%C3%BC']],
    [['title=100%'], ['/b']],
    [['rt=wot.thing', 'ct=50'], []],
    [['rt=wot.thing', 'rt=sensor'], ['/a']],
    [['anchor=/a'], []],
    [['constructor=x'], []],
    [['%'], []],
    [['*=*'], []],
  ])('%j', (queries, expected) => expect(hrefs(...queries)).toEqual(expected));

  test('too many parameters are refused', async () => {
    expect(await failureOf(() => hrefs(...Array(9).fill('href=*')))).toContain('invalid FILTERS_TOO_MANY');
  });

  test('any query filters', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (queries) => {
        expect(hrefs(...queries).every((href) => hrefs().includes(href))).toBe(true);
      }),
    );
  });
});
