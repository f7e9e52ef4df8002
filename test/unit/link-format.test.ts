import { describe, expect, test } from 'vitest';
import { type CoreLink, filterLinks, serialiseLinks } from '../../src/bindings/coap/messages/link-format.ts';

const links: readonly CoreLink[] = [
  { href: '/a', attributes: { rt: 'wot.thing sensor', ct: '432' } },
  { href: '/b', attributes: { if: 'x', obs: true } },
  { href: '/ab', attributes: { rt: 'wot.directory', title: 'say "a\\b"' } },
];

test('links are written as RFC 6690 section 2 says', () => {
  expect(serialiseLinks(links)).toBe(
    '</a>;rt="wot.thing sensor";ct=432,</b>;if="x";obs,</ab>;rt="wot.directory";title="say \\"a\\\\b\\""',
  );
  expect(serialiseLinks([])).toBe('');
});

describe('filter (RFC 6690 section 4.1)', () => {
  const hrefs = (query: Readonly<Record<string, string>>) =>
    filterLinks(links, query).map(({ href }) => href);

  test.each([
    [{}, ['/a', '/b', '/ab']],
    [{ rt: 'sensor' }, ['/a']],
    [{ rt: 'wot.*' }, ['/a', '/ab']],
    [{ href: '/a*' }, ['/a', '/ab']],
    [{ href: '/a' }, ['/a']],
    [{ ct: '432' }, ['/a']],
    [{ obs: '' }, ['/b']],
    [{ rt: 'wot.thing', ct: '50' }, []],
    [{ constructor: 'x' }, []],
  ])('%o', (query, expected) => expect(hrefs(query as Record<string, string>)).toEqual(expected));
});
