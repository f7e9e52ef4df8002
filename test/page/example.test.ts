import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataSchema } from '../../src/contracts/td.ts';
import { compileDataCheck } from '../../src/td/data-check.ts';
import { exampleOf } from '../../src/ui/app/console/example.ts';

const { schema } = fc.letrec<{ readonly schema: DataSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<DataSchema>({ type: 'boolean' }, { type: 'null' }, { const: 5 }, { enum: ['a', 2] }),
    fc
      .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(500), fc.constantFrom('integer', 'number'))
      .map(([minimum, width, type]) => ({ type, minimum, maximum: minimum + width }) as DataSchema),
    fc
      .integer({ min: -50, max: 50 })
      .map((minimum): DataSchema => ({ type: 'integer', exclusiveMinimum: minimum })),
    fc
      .double({ min: -9, max: 9, noNaN: true })
      .map((below): DataSchema => ({ type: 'number', exclusiveMaximum: below })),
    fc
      .record({ minimum: fc.integer({ min: -50, max: 50 }), multipleOf: fc.constantFrom(0.1, 0.5, 3, 7) })
      .map((bounds): DataSchema => ({ type: 'number', ...bounds })),
    fc.nat(20).map((minLength): DataSchema => ({ type: 'string', minLength })),
    fc
      .constantFrom('date-time', 'email', 'uri', 'ipv4')
      .map((format): DataSchema => ({ type: 'string', format })),
    fc
      .record({ items: tie('schema'), minItems: fc.nat(3) })
      .map((array): DataSchema => ({ type: 'array', ...array })),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'constructor', '~/'), tie('schema'))
      .map((properties): DataSchema => ({ type: 'object', properties, required: Object.keys(properties) })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 1 }).map((oneOf): DataSchema => ({ oneOf })),
  ),
}));

test('an example fits the schema that it is made of', () => {
  fc.assert(
    fc.property(schema, (each) => {
      expect(compileDataCheck(each, 'write', { lenient: true })(exampleOf(each))).toEqual([]);
    }),
  );
});

test('any JSON as a schema gives an example that is JSON, and soon', () => {
  const terms = fc.constantFrom(
    'type',
    'items',
    'properties',
    'oneOf',
    'enum',
    'minimum',
    'multipleOf',
    'minItems',
    'minLength',
    'required',
    'format',
  );
  const types = fc.constantFrom('object', 'array', 'string', 'integer', '__proto__', 'toString');
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      types,
      fc.double(),
      fc.dictionary(terms, tie('any')),
      fc.array(tie('any')),
    ),
  }));
  fc.assert(
    fc.property(any, (each) => {
      expect(typeof JSON.stringify(exampleOf(each as DataSchema))).toBe('string');
    }),
  );
});

test('a default, a const and an enum come first; readOnly members are left out', () => {
  expect(exampleOf({ type: 'number', default: 21, minimum: 5 })).toBe(21);
  expect(exampleOf({ type: 'string', enum: ['eco', 'boost'] })).toBe('eco');
  expect(
    exampleOf({ type: 'object', properties: { a: { const: 1 }, b: { type: 'integer', readOnly: true } } }),
  ).toEqual({ a: 1 });
  expect(exampleOf({ type: 'number', minimum: 0.15, multipleOf: 0.1 })).toBe(0.2);
});
