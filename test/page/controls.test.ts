import { describe, expect, it } from 'vitest';
import type { DataSchema } from '../../src/contracts/td.ts';
import { checkData } from '../../src/ui/app/controls/check-data.ts';
import { controlFor } from '../../src/ui/app/controls/control-for.ts';
import { errorTree } from '../../src/ui/app/controls/error-tree.ts';
import { formKind } from '../../src/ui/app/controls/form-kind.ts';
import { numberOfText, stepped, textOfNumber } from '../../src/ui/app/controls/number-of-text.ts';
import { placeInJson } from '../../src/ui/app/controls/place-in-json.ts';
import { soundSchema } from '../../src/ui/app/controls/sound-schema.ts';
import { startingValue } from '../../src/ui/app/controls/starting-value.ts';

describe('the control', () => {
  it.each<[DataSchema, string]>([
    [{ type: 'boolean' }, 'switch'],
    [{ '@type': 'https://webthings.io/OnOffProperty' }, 'switch'],
    [{ type: 'string', enum: ['a', 'b'] }, 'choices'],
    [{ oneOf: [{ const: 1, title: 'One' }, { const: 2 }] }, 'choices'],
    [{ oneOf: [{ const: 1 }, { type: 'string' }] }, 'data'],
    [{ const: 5 }, 'constant'],
    [{ type: 'number' }, 'number'],
    [{ minimum: 3 }, 'number'],
    [{ maxLength: 3 }, 'text'],
    [{ type: 'object', properties: {} }, 'data'],
    [{}, 'data'],
    [{ type: 'null' }, 'data'],
  ])('of %j is %s', (schema, as) => {
    expect(controlFor(schema).as).toBe(as);
  });

  it.each<[DataSchema, object | undefined]>([
    [
      { type: 'number', minimum: 0, maximum: 100 },
      { minimum: 0, maximum: 100, step: 1 },
    ],
    [
      { type: 'number', minimum: 0, maximum: 1, multipleOf: 0.05 },
      { minimum: 0, maximum: 1, step: 0.05 },
    ],
    [
      { type: 'integer', minimum: 60, maximum: 7200 },
      { minimum: 60, maximum: 7200, step: 1 },
    ],
    [
      { type: 'number', '@type': 'LevelProperty', unit: 'percent' },
      { minimum: 0, maximum: 100, step: 1 },
    ],
    [{ type: 'number', minimum: 1, maximum: 10, multipleOf: 3 }, undefined],
    [{ type: 'integer', minimum: 0, maximum: 2 ** 31 }, undefined],
    [{ type: 'number', minimum: 5, maximum: 5 }, undefined],
    [{ type: 'number', minimum: 0 }, undefined],
  ])('of %j slides as %j', (schema, slider) => {
    const control = controlFor(schema);
    expect(control.as === 'number' ? control.slider : 'no number').toEqual(slider);
  });

  it.each<[DataSchema, string]>([
    [{ type: 'string' }, 'text'],
    [{ type: 'string', maxLength: 5000 }, 'long'],
    [{ type: 'string', format: 'date-time' }, 'datetime-local'],
    [{ type: 'string', format: 'email' }, 'email'],
    [{ type: 'string', format: 'color' }, 'color'],
    [{ type: 'string', format: 'constructor' }, 'text'],
  ])('of %j is an input of type %s', (schema, kind) => {
    expect(controlFor(schema)).toEqual({ as: 'text', kind });
  });
});

describe('the form', () => {
  it.each<[DataSchema, string]>([
    [{ type: 'number' }, 'leaf'],
    [{ type: 'object', properties: { a: { type: 'number' }, b: { enum: [1, 2] } } }, 'flat'],
    [{ type: 'object', properties: { a: { type: 'object', properties: {} } } }, 'nested'],
    [{ type: 'array', items: { type: 'number' } }, 'nested'],
    [{ type: 'array', items: [{ type: 'number' }] }, 'json'],
    [{ type: 'object' }, 'json'],
    [{}, 'json'],
  ])('of %j is %s', (schema, kind) => {
    expect(formKind(schema)).toBe(kind);
  });

  it('begins with defaults, constants and required objects', () => {
    const schema: DataSchema = {
      type: 'object',
      required: ['inner', 'target', 'mode'],
      properties: {
        target: { oneOf: [{ type: 'object', properties: { kind: { const: 'a' } } }, { type: 'number' }] },
        mode: { oneOf: [{ const: 1 }, { const: 2 }] },
        a: { type: 'number', default: 3 },
        b: { const: 'x' },
        c: { type: 'string' },
        inner: { type: 'object', properties: { d: { default: false } } },
        optional: { type: 'object', properties: { e: { default: 1 } } },
      },
    };
    expect(startingValue(schema)).toEqual({ a: 3, b: 'x', inner: { d: false }, target: { kind: 'a' } });
  });

  it('leaves out what the Thing alone writes, and what is malformed or too deep', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b', 7],
      minimum: 'low',
      enum: [],
      properties: {
        a: { type: 'number', readOnly: true },
        b: { type: 'object', properties: { c: { type: 'object', properties: { d: {} } } } },
        e: null,
      },
    };
    expect(soundSchema(schema, { texts: true, deepest: 1 })).toEqual({
      type: 'object',
      required: ['b'],
      properties: { b: { type: 'object', properties: { c: {} } } },
    });
  });

  it('puts faults where their pointers lead', () => {
    const faults = [
      { pointer: '', detail: 'whole' },
      { pointer: '/a~1b/0', detail: 'deep' },
      { pointer: '/a~1b/0', detail: 'twice' },
    ];
    expect(errorTree(faults)).toEqual({ __errors: ['whole'], 'a/b': { 0: { __errors: ['deep', 'twice'] } } });
  });
});

describe('typed numbers', () => {
  it.each([
    ['21', 21],
    [' 21,5 ', 21.5],
    ['-.5', -0.5],
    ['1e3', 1000],
    ['', undefined],
    ['1.000,5', '1.000,5'],
    ['abc', 'abc'],
    ['0x10', '0x10'],
    ['Infinity', 'Infinity'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%j mean %j', (text, value) => {
    expect(numberOfText(text, 'en')).toBe(value);
  });

  it('that may mean a thousand times as much are none', () => {
    expect(numberOfText('1,500', 'en')).toBe('1,500');
    expect(numberOfText('1.500', 'en')).toBe(1.5);
    expect(numberOfText('1.500', 'de')).toBe('1.500');
    expect(numberOfText('1,500', 'de')).toBe(1.5);
    expect(numberOfText('0,125', 'en')).toBe(0.125);
  });

  it('stand in inputs without grouping, with the comma of the language', () => {
    expect(textOfNumber(1234.5, 'de')).toBe('1234,5');
    expect(textOfNumber(1234.5, 'en')).toBe('1234.5');
    expect(textOfNumber('12x', 'en')).toBe('12x');
  });

  it('are stepped without dust, not over a bound, and not changed where they are over it', () => {
    expect(stepped(0.2, 0.1, {})).toBe(0.3);
    expect(stepped(1790000000123, 1, {})).toBe(1790000000124);
    expect(stepped(99.5, 1, { maximum: 100 })).toBe(100);
    expect(stepped(900, 1, { maximum: 100 })).toBe(900);
    expect(stepped(undefined, 1, { minimum: 5 })).toBe(5);
  });
});

describe('checks', () => {
  const schema: DataSchema = {
    type: 'object',
    required: ['level', 'mode'],
    properties: {
      level: { type: 'number', minimum: 0, maximum: 100, multipleOf: 0.1 },
      mode: { enum: ['auto', 'manual'] },
      'a/b': { type: 'array', maxItems: 1, items: { type: 'string', minLength: 2 } },
      either: { oneOf: [{ type: 'number' }, { type: 'integer' }] },
      readAt: { type: 'string', readOnly: true },
    },
  };

  it('pass what fits', () => {
    expect(checkData(schema, { level: 0.3, mode: 'auto', 'a/b': ['xx'], either: 1.5, readAt: 5 })).toEqual(
      [],
    );
  });

  it('tell every fault with its pointer, in the language of the reader', () => {
    expect(checkData(schema, { level: 100.05, 'a/b': ['x', 1], either: 3 })).toEqual([
      { pointer: '/mode', detail: 'is missing' },
      { pointer: '/level', detail: 'must be at most 100' },
      { pointer: '/level', detail: 'must be a multiple of 0.1' },
      { pointer: '/a~1b', detail: 'must have at most 1 items' },
      { pointer: '/a~1b/0', detail: 'must have at least 2 characters' },
      { pointer: '/a~1b/1', detail: 'must be text' },
      { pointer: '/either', detail: 'must fit exactly one of the alternatives' },
    ]);
    expect(checkData({ type: 'integer' }, 1.5, 'de')).toEqual([
      { pointer: '', detail: 'muss eine ganze Zahl sein' },
    ]);
    expect(checkData({}, undefined)).toEqual([{ pointer: '', detail: 'is missing' }]);
  });

  it('leave patterns to the servient, so that none stalls the page', () => {
    const hostile = { type: 'string', pattern: '^(a+)+$' } as const;
    expect(checkData(hostile, `${'a'.repeat(40)}!`)).toEqual([]);
  });
});

it('finds the line where a text stops to be JSON', () => {
  const fault = (text: string) => {
    try {
      JSON.parse(text);
    } catch (thrown) {
      return placeInJson(text, thrown);
    }
    return undefined;
  };
  expect(fault('{"a": 1,\n b}')).toEqual({ line: 2, column: 2 });
  expect(fault('[1,\n2')).toEqual({ line: 2, column: 2 });
  expect(placeInJson('x', new Error('no idea'))).toBeUndefined();
});
