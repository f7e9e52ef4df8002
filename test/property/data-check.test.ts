import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WotError } from '../../src/contracts/errors.ts';
import type { DataSchema } from '../../src/contracts/td.ts';
import { compileDataCheck } from '../../src/td/data-check.ts';

const words = [
  'type',
  'const',
  'enum',
  'oneOf',
  'format',
  'items',
  'minimum',
  'multipleOf',
  'minLength',
  'pattern',
];
const others = [
  'properties',
  'required',
  'readOnly',
  '$ref',
  '$id',
  'id',
  '__proto__',
  'constructor',
  '$data',
  'not',
];
const values = [
  'string',
  'object',
  'array',
  'date-time',
  '#',
  '[',
  '(a+)+',
  '(?=a)',
  '__proto__',
  0.1,
  -1,
  true,
];

const { schema } = fc.letrec<{ schema: unknown; member: unknown }>((tie) => ({
  schema: fc.dictionary(fc.constantFrom(...words, ...others), tie('member'), { maxKeys: 6 }),
  member: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...values),
    fc.jsonValue(),
    tie('schema'),
    fc.array(tie('schema'), { maxLength: 3 }),
  ),
}));
const rules = [fc.constantFrom('read' as const, 'write' as const), fc.jsonValue()] as const;

it('compiles any schema of another and checks any value with it', () => {
  fc.assert(
    fc.property(schema, ...rules, (any, direction, value) => {
      const faults = compileDataCheck(any as DataSchema, direction, { lenient: true })(value);
      expect(faults.length).toBeLessThanOrEqual(20);
    }),
    { numRuns: 1000 },
  );
});

it('refuses what it cannot check of its own schemas with a typed error', () => {
  fc.assert(
    fc.property(schema, ...rules, (any, direction, value) => {
      try {
        compileDataCheck(any as DataSchema, direction)(value);
      } catch (error) {
        expect((error as WotError).code).toBe('PATTERN_NOT_SUPPORTED');
      }
    }),
    { numRuns: 1000 },
  );
});

it('accepts the value that a constant names', () => {
  fc.assert(
    fc.property(rules[1], (value) => {
      expect(compileDataCheck({ const: value, enum: [value] }, 'read')(value)).toEqual([]);
    }),
  );
});

it('refuses numbers outside of their bounds and accepts those inside', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.integer(), (minimum, width, value) => {
      const maximum = minimum + width;
      const faults = compileDataCheck({ type: 'integer', minimum, maximum }, 'write')(value);
      expect(faults.length === 0).toBe(value >= minimum && value <= maximum);
    }),
  );
});
