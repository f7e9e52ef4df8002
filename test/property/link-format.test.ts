import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CoreLink,
  filterLinks,
  parseLinks,
  serialiseLinks,
} from '../../src/bindings/coap/link-format.ts';
import { WotError } from '../../src/contracts/errors.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}\*?$/);
const link: fc.Arbitrary<CoreLink> = fc.record({
  href: fc.stringMatching(/^[^<>]{0,30}$/),
  attributes: fc.dictionary(name, fc.oneof(fc.string(), fc.constant<true>(true)), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
});

test('what is serialised is parsed again', () => {
  fc.assert(
    fc.property(fc.array(link, { maxLength: 6 }), (links) => {
      expect(parseLinks(serialiseLinks(links))).toEqual(links);
    }),
  );
});

test('any text is links or a WotError', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[<>;,="\\a /]{0,40}$/));
  fc.assert(
    fc.property(text, (given) => {
      const parsed = outcome(given);
      if (parsed instanceof WotError) expect(parsed.code).toBe('LINK_FORMAT_MALFORMED');
      else expect(parseLinks(serialiseLinks(parsed))).toEqual(parsed);
    }),
    { numRuns: 3000 },
  );
});

describe('filter (RFC 6690 section 4.1)', () => {
  const links = parseLinks('</a>;rt="wot.thing sensor";ct=432,</b>;if="x";obs,</ab>;rt=wot.directory');
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

function outcome(text: string): readonly CoreLink[] | WotError {
  try {
    return parseLinks(text);
  } catch (error) {
    if (error instanceof WotError) return error;
    throw error;
  }
}
