import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { uriVariablesCheck } from '../../src/interaction/affordance-check.ts';
import { queryVariables } from '../../src/interaction/query-variables.ts';
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

it('lists come back from a query as they were put there', () => {
  const variables = uriVariablesCheck({ list: { type: 'array', items: { type: 'string' } } }, 'x');
  const lists = fc
    .array(fc.string({ unit: 'grapheme' }), { minLength: 1 })
    .filter(([first = '']) => !/^\s*\[/.test(first)); // could be JSON
  fc.assert(
    fc.property(lists, (list) => {
      const query = new URL(expandUriTemplate('http://h/{?list}', { list })).search.slice(1);
      expect(variables(queryVariables(query))['list']).toEqual(list);
    }),
  );
});

it('any query has variables, or is refused', () => {
  const query = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a%,=&+2C]*$/));
  fc.assert(
    fc.property(query, (text) => {
      try {
        for (const value of Object.values(queryVariables(text))) expect(String(value)).toBeDefined();
      } catch (error) {
        expect(error).toMatchObject({ code: 'PERCENT_ENCODING_INVALID' });
      }
    }),
  );
});
