import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escaped } from '../../src/cli/output.ts';

describe('printed text', () => {
  test('cannot steer the terminal', () => {
    expect(escaped('a\u001b[31m\nb\u009b2J\u202ec\u007f\t\u00e9\u{1f321}')).toBe(
      'a\\u001b[31m\\u000ab\\u009b2J\\u202ec\\u007f\t\u00e9\u{1f321}',
    );
  });

  test('is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const line = escaped(JSON.stringify([value, text]));
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify([value, text])));
        expect(line).not.toMatch(/[^\P{Cc}\t]/u);
      }),
    );
  });
});
