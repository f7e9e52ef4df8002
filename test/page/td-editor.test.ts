import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateTd } from '../../src/td/validate.ts';
import { changeBetween, edited } from '../../src/ui/app/editor/code/change-between.ts';
import { documentOf, formatted } from '../../src/ui/app/editor/document-of.ts';
import { examples, newThing } from '../../src/ui/app/editor/examples.ts';
import { fileName } from '../../src/ui/app/editor/save-file.ts';
import { tryAffordances } from '../../src/ui/app/editor/try-affordances.ts';

describe('formatting', () => {
  test('is that of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const document = { a: value };
        expect(formatted(JSON.stringify(document, null, indent))).toBe(
          `${JSON.stringify(document, null, 2)}\n`,
        );
      }),
    );
  });

  test('keeps numbers as written, and names given twice', () => {
    expect(formatted('{"a":1.0,"a":1e2,"b":12345678901234567890}')).toBe(
      '{\n  "a": 1.0,\n  "a": 1e2,\n  "b": 12345678901234567890\n}\n',
    );
  });

  test('leaves alone what is no JSON', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (documentOf(text) === undefined) expect(formatted(text)).toBe(text);
      }),
    );
  });
});

test('a change makes one text of the other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n') });
  fc.assert(
    fc.property(text, text, (before, after) => edited(before, changeBetween(before, after)) === after),
  );
});

describe('examples', () => {
  const folder = new URL('../../src/ui/app/editor/examples/', import.meta.url);
  const texts = readdirSync(folder).map(
    (file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const,
  );

  test.each([...texts, ['a new Thing', newThing] as const])('%s has no faults', (_, text) => {
    expect(validateTd(text).findings).toEqual([]);
  });

  test('are all on the menu', () => {
    expect(new Set(examples.map(({ name }) => `${name}.json`))).toEqual(new Set(texts.map(([file]) => file)));
  });
});

describe('what can be tried', () => {
  const opsOf = (td: object) => tryAffordances({ ...td }).map(({ name, ops }) => `${name} ${ops.join()}`);

  test('has forms', () => {
    const forms = [{ href: 'http://a/' }];
    const td = {
      properties: {
        a: { forms },
        b: { forms, readOnly: true },
        c: { forms: [{ op: 'readproperty' }] },
        d: {},
      },
      actions: { e: { forms }, f: { forms: [{ href: 'x', op: ['queryaction'] }] } },
    };
    expect(opsOf(td)).toEqual(['a readproperty,writeproperty', 'b readproperty', 'e invokeaction']);
  });

  test('is nothing in what is no TD', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (properties, forms) => {
        expect(tryAffordances({ properties, actions: { a: { forms } } })).toEqual(expect.any(Array));
      }),
    );
  });
});

test('file names are of letters and digits', () => {
  expect(fileName('Zone 1: heater/../x', '.td.json')).toBe('zone-1-heater-x.td.json');
  expect(fileName({}, '.d.ts')).toBe('thing.d.ts');
});
