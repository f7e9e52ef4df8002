import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import { withDefaults, withoutDefaults } from '../../src/td/default-values.ts';
import type { TdFix } from '../../src/ui/page-data.ts';
import { tdReport } from '../../src/ui/td-views/td-report.ts';
import { tdView, tdViews } from '../../src/ui/td-views/td-view.ts';

const folder = new URL('../fixtures/td-corpus/td/', import.meta.url);
const corpus = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));

const words = [
  ...'@context @type title properties actions events forms href op type oneOf items enum const input data'.split(
    ' ',
  ),
  ...'security securityDefinitions scheme uriVariables contentType response additionalResponses'.split(' '),
  ...['htv:methodName', 'base', 'toString', '__proto__'],
];
const values = ['td', 'tm:ThingModel', 'https://www.w3.org/2022/wot/td/v1.1', 'object', 'array', 'oauth2'];
const word = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 5 }));
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(...values),
    fc.jsonValue(),
    fc.array(tie('document'), { maxLength: 3 }),
    fc.dictionary(word, tie('document'), { maxKeys: 8 }),
  ),
}));
/** TDs of others with something put into them, cut out or put in the place of something. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.nat(),
    fc.nat({ max: 30 }),
    fc.oneof(fc.string(), fc.json(), fc.constant('')),
  )
  .map(([text, at, length, inserted]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + inserted + text.slice(from + length);
  });
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  mutated,
  document.map((value) => JSON.stringify(value, null, 2)),
);

describe('any text', () => {
  test('gets a report whose places lie in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const { from, to, line, fixes } of tdReport(text).findings) {
          expect(0 <= from && from <= to && to <= text.length).toBe(true);
          expect(text.slice(0, from).split('\n')).toHaveLength(line);
          for (const { edit } of fixes)
            expect(0 <= edit.from && edit.from <= edit.to && edit.to <= text.length).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('has views, or says why not', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...tdViews), (text, as) => {
        try {
          expect(tdView(text, as).text).toEqual(expect.any(String));
        } catch (error) {
          expect(error).toBeInstanceOf(WotError);
          expect((error as WotError).kind).toBe('invalid');
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a fix leaves JSON that was JSON, and mends what stopped the reading', () => {
  const stop = (text: string) => tdReport(text).findings.find(({ rule }) => rule === 'td-json-open')?.from;
  fc.assert(
    fc.property(mutated, (text) => {
      for (const { edit } of tdReport(text).findings.flatMap(({ fixes }): readonly TdFix[] => fixes)) {
        const mended = text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
        if (stop(text) === undefined) expect(() => JSON.parse(mended)).not.toThrow();
        else expect(stop(mended)).not.toBe(stop(text));
      }
    }),
    { numRuns: 500 },
  );
});

describe('defaults', () => {
  test('written out and left out say the same', () => {
    fc.assert(
      fc.property(document, (value) => {
        const full = withDefaults(value);
        expect(withDefaults(full)).toEqual(full);
        const short = withoutDefaults(value);
        expect(withoutDefaults(short)).toEqual(short);
        expect(withoutDefaults(full)).toEqual(short);
      }),
    );
  });

  test('stand where TD 1.1 section 5.4 has them', () => {
    const td = {
      '@context': 'https://www.w3.org/2022/wot/td/v1.1',
      title: 'Lamp',
      security: 'key',
      securityDefinitions: { key: { scheme: 'bearer' } },
      properties: { level: { type: 'integer', readOnly: true, forms: [{ href: 'http://a/' }] } },
      actions: {
        fade: { input: { type: 'integer' }, forms: [{ href: 'http://a/', additionalResponses: [{}] }] },
      },
      events: { hot: { forms: [{ href: 'http://a/', contentType: 'text/plain' }] } },
    } satisfies ThingDescription;
    const json = { contentType: 'application/json' };
    expect(withDefaults(td)).toEqual({
      ...td,
      securityDefinitions: { key: { scheme: 'bearer', in: 'header', alg: 'ES256', format: 'jwt' } },
      properties: {
        level: {
          ...{ type: 'integer', readOnly: true, writeOnly: false, observable: false },
          forms: [{ href: 'http://a/', op: 'readproperty', ...json }],
        },
      },
      actions: {
        fade: {
          ...{ safe: false, idempotent: false },
          input: { type: 'integer', readOnly: false, writeOnly: false },
          forms: [
            {
              href: 'http://a/',
              op: 'invokeaction',
              ...json,
              additionalResponses: [{ success: false, ...json }],
            },
          ],
        },
      },
      events: {
        hot: {
          forms: [
            { href: 'http://a/', op: ['subscribeevent', 'unsubscribeevent'], contentType: 'text/plain' },
          ],
        },
      },
    });
    expect(withoutDefaults(withDefaults(td))).toEqual({
      ...td,
      properties: { level: { ...td.properties.level } },
    });
  });
});
