import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { expandUriTemplate } from '../../src/td/uri-template.ts';

const anyText = fc.string({ unit: 'binary' });

it('any template and any variables give text without spaces or a WotError', () => {
  const template = fc.array(fc.oneof(anyText, fc.constantFrom('{', '}', '{?', '{a', ':3', '*', ',')));
  fc.assert(
    fc.property(template, fc.dictionary(anyText, fc.jsonValue()), (parts, variables) => {
      try {
        expect(expandUriTemplate(parts.join(''), variables)).toMatch(/^[!-~]*$/);
      } catch (error) {
        expect(error).toBeInstanceOf(WotError);
      }
    }),
  );
});

it('a value in a query comes back whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const url = new URL(expandUriTemplate('http://h/{?value}', { value }));
      expect(url.searchParams.get('value')).toBe(value);
    }),
  );
});
