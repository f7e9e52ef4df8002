import { expectTypeOf, test } from 'vitest';
import type { DataSchema } from '../../src/contracts/td.ts';
import type { DataOf } from '../../src/td/infer/data-of.ts';

/** The literal type of a schema, as `defineThing` sees it. */
function dataOf<const S extends DataSchema>(_schema: S): DataOf<S> {
  return undefined as DataOf<S>;
}

function inputOf<const S extends DataSchema>(_schema: S): DataOf<S, 'write'> {
  return undefined as DataOf<S, 'write'>;
}

test('type: one TypeScript type each', () => {
  expectTypeOf(dataOf({ type: 'boolean' })).toEqualTypeOf<boolean>();
  expectTypeOf(dataOf({ type: 'number', minimum: 0, maximum: 3 })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'string', format: 'date-time' })).toEqualTypeOf<string>();
  expectTypeOf(dataOf({ type: 'null' })).toEqualTypeOf<null>();
});

test('no type, or one that is no literal: unknown', () => {
  expectTypeOf(dataOf({ title: 'Anything' })).toEqualTypeOf<unknown>();
  expectTypeOf<DataOf<DataSchema>>().toEqualTypeOf<unknown>();
  expectTypeOf<DataOf<{ type: string }>>().toEqualTypeOf<unknown>();
});

test('integer: the values of a range within 0..31, else number', () => {
  expectTypeOf(dataOf({ type: 'integer' })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 0, maximum: 3 })).toEqualTypeOf<0 | 1 | 2 | 3>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 29, maximum: 31 })).toEqualTypeOf<29 | 30 | 31>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 2, maximum: 2 })).toEqualTypeOf<2>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 0, maximum: 32 })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'integer', minimum: -1, maximum: 3 })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 0.5, maximum: 3 })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 0 })).toEqualTypeOf<number>();
  expectTypeOf(dataOf({ type: 'integer', minimum: 0 as number, maximum: 3 })).toEqualTypeOf<number>();
});

test('enum and const: their values', () => {
  expectTypeOf(dataOf({ type: 'string', enum: ['off', 'on'] })).toEqualTypeOf<'off' | 'on'>();
  expectTypeOf(dataOf({ enum: [1, 'two', null] })).toEqualTypeOf<1 | 'two' | null>();
  expectTypeOf(dataOf({ const: true })).toEqualTypeOf<true>();
});

test('oneOf: any of the branches, within what stands beside it', () => {
  expectTypeOf(dataOf({ oneOf: [{ type: 'string' }, { type: 'boolean' }] })).toEqualTypeOf<
    string | boolean
  >();
  expectTypeOf(
    dataOf({
      type: 'integer',
      oneOf: [
        { const: 1, title: 'low' },
        { const: 2, title: 'high' },
      ],
    }),
  ).toEqualTypeOf<1 | 2>();
  const shape = dataOf({
    oneOf: [
      {
        type: 'object',
        properties: { kind: { const: 'a' }, x: { type: 'number' } },
        required: ['kind', 'x'],
      },
      { type: 'object', properties: { kind: { const: 'b' } }, required: ['kind'] },
    ],
  });
  expectTypeOf(shape).toEqualTypeOf<{ readonly kind: 'a'; readonly x: number } | { readonly kind: 'b' }>();
});

test('array: readonly; a tuple where items is a list or the length is fixed', () => {
  expectTypeOf(dataOf({ type: 'array' })).toEqualTypeOf<readonly unknown[]>();
  expectTypeOf(dataOf({ type: 'array', items: { enum: ['a', 'b'] } })).toEqualTypeOf<
    readonly ('a' | 'b')[]
  >();
  expectTypeOf(dataOf({ type: 'array', items: { type: 'number' }, minItems: 1 })).toEqualTypeOf<
    readonly number[]
  >();
  expectTypeOf(dataOf({ type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 })).toEqualTypeOf<
    readonly [number, number, number]
  >();
  expectTypeOf(
    dataOf({ type: 'array', items: { type: 'number' }, minItems: 500, maxItems: 500 }),
  ).toEqualTypeOf<readonly number[]>();
  const pair = [{ type: 'string' }, { type: 'number' }] as const;
  expectTypeOf(dataOf({ type: 'array', items: pair, minItems: 2, maxItems: 2 })).toEqualTypeOf<
    readonly [string, number]
  >();
  expectTypeOf(dataOf({ type: 'array', items: pair, minItems: 2 })).toEqualTypeOf<
    readonly [string, number, ...unknown[]]
  >();
  expectTypeOf(dataOf({ type: 'array', items: pair, maxItems: 2 })).toEqualTypeOf<
    readonly [string?, number?]
  >();
});

test('object: members optional unless required, nested, open without properties', () => {
  expectTypeOf(dataOf({ type: 'object' })).toEqualTypeOf<{ readonly [member: string]: unknown }>();
  expectTypeOf(dataOf({ type: 'object', properties: { a: { type: 'number' } } })).toEqualTypeOf<{
    readonly a?: number;
  }>();
  expectTypeOf(
    dataOf({
      type: 'object',
      required: ['a', 'not declared'],
      properties: {
        a: { type: 'object', required: ['b'], properties: { b: { type: 'boolean' } } },
        c: { type: 'string' },
      },
    }),
  ).toEqualTypeOf<{ readonly a: { readonly b: boolean }; readonly c?: string }>();
});

test('readOnly and writeOnly members travel one way (TD 1.1 table 28)', () => {
  const account = {
    type: 'object',
    required: ['id', 'secret', 'name'],
    properties: {
      id: { type: 'integer', readOnly: true },
      secret: { type: 'string', writeOnly: true },
      name: { enum: ['a', 'b'] },
    },
  } as const;
  expectTypeOf(dataOf(account)).toEqualTypeOf<{ readonly id: number; readonly name: 'a' | 'b' }>();
  expectTypeOf(inputOf(account)).toEqualTypeOf<{ readonly secret: string; readonly name: 'a' | 'b' }>();
  expectTypeOf(inputOf({ type: 'array', items: account })).toEqualTypeOf<
    readonly { readonly secret: string; readonly name: 'a' | 'b' }[]
  >();
});
