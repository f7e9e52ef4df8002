import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../src/td/validation/json-text.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const messageOf = (text: string | Uint8Array): string | undefined => readJsonText(text).findings[0]?.message;

describe('valid JSON', () => {
  it.each([
    '{}',
    '[]',
    '"x"',
    '0',
    '-1.5e+3',
    'true',
    ' {"a":[1,{"b":null}],"":"\\u00e9\\\\\\""} ',
    '"\u007f\u{1f600}"',
  ])('reads %s', (text) => {
    expect(readJsonText(text)).toEqual({ value: JSON.parse(text), findings: [] });
  });

  it('ignores a byte order mark (td-json-open_accept-byte-order)', () => {
    expect(readJsonText('\uFEFF{}')).toEqual({ value: {}, findings: [] });
    expect(readJsonText(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toEqual({ value: {}, findings: [] });
  });
});

describe('what is no JSON', () => {
  it.each([
    ['{\n  "a": ,\n}', 'Not JSON: "," is not expected at line 2, column 8.'],
    ['{"a": 1,}', 'Not JSON: "}" is not expected at line 1, column 9.'],
    ['{"a": 1', 'The JSON ends too early at line 1, column 8.'],
    ['{"a" 1}', 'Not JSON: "1" is not expected at line 1, column 6.'],
    ['{a: 1}', 'Not JSON: "a" is not expected at line 1, column 2.'],
    ['[1 2]', 'Not JSON: "2" is not expected at line 1, column 4.'],
    ['{} x', 'Not JSON: "x" is not expected at line 1, column 4.'],
    ['01', 'Not JSON: "1" is not expected at line 1, column 2.'],
    ['"a\nb"', 'Not JSON: "\\n" is not expected at line 1, column 3.'],
    ['"\\x"', 'Not JSON: "\\\\" is not expected at line 1, column 2.'],
    ['', 'The JSON ends too early at line 1, column 1.'],
  ])('tells line and column in %j', (text, message) => {
    expect(readJsonText(text)).not.toHaveProperty('value');
    expect(messageOf(text)).toBe(message);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(messageOf(bytes(0x22, 0xff, 0x22))).toBe('The bytes are not UTF-8.');
  });

  it('takes 64 levels and refuses the 65th', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(readJsonText(nested(64)).findings).toEqual([]);
    expect(messageOf(nested(65))).toBe(
      'Arrays and objects are nested deeper than 64 levels at line 1, column 65.',
    );
    expect(messageOf('['.repeat(1_000_000))).toContain('nested deeper');
  });
});

describe('names given twice', () => {
  it('tells where, also when one is escaped', () => {
    const { value, findings } = readJsonText('{"a":{"b":1,\n"\\u0062":2}, "c/d":1, "c/d":1}');
    expect(value).toEqual({ a: { b: 2 }, 'c/d': 1 });
    expect(findings.map(({ pointer, rule }) => [pointer, rule])).toEqual([
      ['/a/b', 'unique-names'],
      ['/c~1d', 'unique-names'],
    ]);
    expect(findings[0]?.message).toContain('line 2, column 1');
  });

  it('does not mix up objects', () => {
    expect(readJsonText('[{"a":1},{"a":{"a":1}}]').findings).toEqual([]);
  });
});
