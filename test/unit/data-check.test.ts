import { describe, expect, it } from 'vitest';
import type { DataSchema } from '../../src/contracts/td.ts';
import { compileDataCheck } from '../../src/td/data-check.ts';
import { failureOf } from '../support/failure-of.ts';

const check = (schema: unknown, value: unknown, direction: 'read' | 'write' = 'write') =>
  compileDataCheck(schema as DataSchema, direction)(value);
const details = (schema: unknown, value: unknown) => check(schema, value).map(({ detail }) => detail);

describe('keywords (TD 1.1 section 5.3.2)', () => {
  it.each<[unknown, unknown]>([
    [{}, null],
    [{ type: 'null' }, null],
    [{ type: 'boolean' }, false],
    [{ type: 'integer' }, 3],
    [{ type: 'integer' }, 3.0],
    [{ type: 'number', minimum: 0, maximum: 100 }, 100],
    [{ type: 'number', multipleOf: 0.1 }, 0.3],
    [{ type: 'number', multipleOf: 0.01 }, 1234567.89],
    [{ type: 'string', minLength: 2, maxLength: 2 }, '😀😀'],
    [{ type: 'string', pattern: '^[A-Z]{3}$' }, 'ABC'],
    [{ type: 'string', pattern: 'b' }, 'abc'],
    [{ type: 'string', pattern: '^\\u00e9\\/\\d$' }, 'é/1'],
    [{ type: 'string', format: 'date-time' }, '2026-07-01T12:00:00Z'],
    [{ type: 'string', format: 'a-format-of-mine' }, 'anything'],
    [{ type: 'string', format: 'constructor' }, 'anything'],
    [{ enum: ['auto', 1, null] }, null],
    [{ const: { a: [1], valueOf: 1 } }, { valueOf: 1, a: [1] }],
    [{ enum: [[], {}] }, {}],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, 5],
    [{ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 }, [1, 2]],
    [{ type: 'array', items: [{ type: 'integer' }, { type: 'string' }] }, [1, 'a', 'extra']],
    [{ type: 'object', required: ['a'] }, { a: null }],
    [{ type: 'object', properties: { constructor: { type: 'string' } } }, {}],
  ])('%j accepts %j', (schema, value) => {
    expect(check(schema, value)).toEqual([]);
  });

  it.each<[unknown, unknown, string, string]>([
    [{ type: 'number' }, Number.NaN, '', 'must be number'],
    [{ type: 'integer' }, 1.5, '', 'must be integer'],
    [{ type: 'number' }, '5', '', 'must be number'],
    [{ maximum: 100 }, 101, '', 'must be <= 100'],
    [{ minimum: -5 }, -6, '', 'must be >= -5'],
    [{ exclusiveMaximum: 100 }, 100, '', 'must be < 100'],
    [{ exclusiveMinimum: 0 }, 0, '', 'must be > 0'],
    [{ multipleOf: 0.5 }, 0.75, '', 'must be multiple of 0.5'],
    [{ minLength: 3 }, '😀😀', '', 'must NOT have fewer than 3 characters'],
    [{ maxLength: 1 }, 'ab', '', 'must NOT have more than 1 characters'],
    [{ pattern: '^a+$' }, 'ab', '', 'must match pattern "^a+$"'],
    [{ format: 'date-time' }, 'yesterday', '', 'must match format "date-time"'],
    [{ enum: ['auto', 1] }, 'off', '', 'must be one of "auto",1'],
    [{ const: { a: 1 } }, { a: 2 }, '', 'must be {"a":1}'],
    [{ const: { a: 1 } }, { valueOf: 1 }, '', 'must be {"a":1}'],
    [{ const: [1] }, { 0: 1 }, '', 'must be [1]'],
    [{ const: null }, { a: 1 }, '', 'must be null'],
    [{ enum: [{ a: 1 }] }, { a: 1, b: 1 }, '', 'must be one of {"a":1}'],
    [{ oneOf: [{ type: 'string' }, { const: 5 }] }, 6, '', 'fits none'],
    [{ oneOf: [{ minimum: 1 }, { maximum: 9 }] }, 5, '', 'fits several'],
    [{ items: { type: 'integer' } }, [1, 'x'], '/1', 'must be integer'],
    [{ items: [{ type: 'integer' }] }, ['x'], '/0', 'must be integer'],
    [{ minItems: 2 }, [1], '', 'must NOT have fewer than 2 items'],
    [{ type: 'object', required: ['constructor'] }, {}, '', 'must have the member "constructor"'],
    [{ properties: { 'a/b~c': { type: 'null' } } }, { 'a/b~c': 1 }, '/a~1b~0c', 'must be null'],
    [{ properties: { a: { properties: { b: { type: 'null' } } } } }, { a: { b: 1 } }, '/a/b', 'must be null'],
  ])('%j refuses %j', (schema, value, pointer, detail) => {
    expect(check(schema, value)).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  });

  it('accepts undescribed members (client-data-schema-accept-extras)', () => {
    expect(check({ type: 'object', properties: { a: { type: 'null' } } }, { a: null, more: 1 })).toEqual([]);
  });

  it('tells all faults, up to 20, and of alternatives only that none fits', () => {
    const schema = {
      required: ['a'],
      properties: { b: { type: 'null' }, c: { oneOf: [{ type: 'null' }, { minimum: 5 }] } },
    };
    expect(details(schema, { b: 1, c: 2 })).toEqual([
      'must have the member "a"',
      'must be null',
      'must fit one of the alternatives (oneOf) and fits none',
    ]);
    expect(details({ items: { type: 'null' } }, new Array(1000).fill(1))).toHaveLength(20);
  });

  it('tells the first fault of a large value', () => {
    const faults = check({ items: { type: 'null' } }, new Array(1_000_000).fill(1));
    expect(faults).toEqual([{ pointer: '/0', detail: 'must be null' }]);
  });

  it('shortens long bounds', () => {
    expect(details({ const: 'x'.repeat(5000) }, 1)[0]?.length).toBeLessThan(250);
  });

  it('does not change the value', () => {
    const value = Object.freeze({ a: '5' });
    expect(check({ properties: { a: { default: 1 }, b: { default: 2 } } }, value)).toEqual([]);
    expect(value).toEqual({ a: '5' });
  });
});

describe('directions (TD 1.1 table 28)', () => {
  const schema = {
    type: 'object',
    properties: {
      both: { type: 'number' },
      serial: { type: 'string', readOnly: true },
      secret: { type: 'string', writeOnly: true },
    },
    required: ['both', 'serial', 'secret'],
  };

  it.each([
    ['read', { both: 1, serial: 'a' }, []],
    ['read', { both: 1 }, [{ pointer: '', detail: 'must have the member "serial"' }]],
    ['read', { both: 1, serial: 'a', secret: 5 }, []],
    ['write', { both: 1, secret: 'b' }, []],
    ['write', { both: 1 }, [{ pointer: '', detail: 'must have the member "secret"' }]],
    ['write', { both: 1, secret: 'b', serial: 5 }, []],
  ] as const)('%s of %j', (direction, value, faults) => {
    expect(check(schema, value, direction)).toEqual(faults);
  });
});

describe('schemas from the network', () => {
  it.each<[unknown]>([
    [{ $ref: 'http://example.com/schema' }],
    [{ $ref: '#/nowhere', id: 'x', $id: 'x', '@type': 5, $schema: 'http://example.com' }],
    [{ type: ['string', 'number'], minimum: '5', required: 'a', properties: [1], items: 3 }],
    [{ type: 'text', enum: [], oneOf: [], multipleOf: 0, minLength: -1, pattern: 5, maxItems: 0.5 }],
    [{ oneOf: 'x', enum: {}, format: 5, required: [5, null], properties: { a: null } }],
    [null],
    ['schema'],
  ])('%j leaves everything open', (schema) => {
    for (const value of [null, 1, 'x', [], {}]) expect(check(schema, value)).toEqual([]);
  });

  it('is shared by equal schemas, however they are written', () => {
    const one = { type: 'object', title: 'One', properties: { a: { type: 'null' }, b: {} } } as const;
    const other = {
      properties: { b: { unit: 'K' }, a: { type: 'null' } },
      '@type': 'x',
      type: 'object',
    } as const;
    expect(compileDataCheck(one, 'read')).toBe(compileDataCheck(other, 'write'));
  });

  it('a pattern cannot stall the process', () => {
    expect(details({ pattern: '^(a+)+$' }, `${'a'.repeat(1_000_000)}b`)).toHaveLength(1);
    expect(details({ pattern: 'a[ab]{900}c$' }, `${'ab'.repeat(500_000)}c`)).toHaveLength(1);
  });

  it.each(['^a(?=b)', '(a)\\1', 'a{2000}', '('])(
    'pattern %s is refused, or passes where lenient',
    async (pattern) => {
      const schema = { type: 'string', pattern } as const;
      const failure = await failureOf(() => compileDataCheck(schema, 'read'));
      expect(failure).toContain('invalid PATTERN_NOT_SUPPORTED');
      expect(failure).toContain(JSON.stringify(pattern));
      expect(compileDataCheck(schema, 'read', { lenient: true })('x')).toEqual([]);
    },
  );

  it('an alternative that passes unchecked does not make another one wrong', () => {
    const schema = { oneOf: [{ type: 'string', pattern: '(?!x)' }, { type: 'string' }] } as const;
    const lenient = compileDataCheck(schema, 'read', { lenient: true });
    expect(lenient('x')).toEqual([]);
    expect(lenient(5)).toHaveLength(1);
  });

  it('size and depth are bounded', async () => {
    const circular: Record<string, unknown> = { type: 'object' };
    circular['properties'] = { self: circular };
    const members = Array.from({ length: 1001 }, (_, index) => [`m${index}`, { type: 'null' }]);
    for (const schema of [circular, { properties: Object.fromEntries(members) }]) {
      expect(await failureOf(() => compileDataCheck(schema, 'read'))).toContain(
        'invalid DATA_SCHEMA_TOO_LARGE',
      );
      expect(compileDataCheck(schema, 'read', { lenient: true })({ self: {} })).toEqual([]);
    }
    const most = { properties: Object.fromEntries(members.slice(0, 999)) };
    expect(details(most, { m0: 1, m998: 1 })).toHaveLength(2);
  });

  it('a constant must be JSON', async () => {
    expect(await failureOf(() => compileDataCheck({ const: 5n }, 'read'))).toContain('DATA_SCHEMA_NOT_JSON');
  });

  it('keeps 10,000 checks', () => {
    const first = compileDataCheck({ minimum: 1e6 }, 'read');
    for (let minimum = 0; minimum < 9_999; minimum++) compileDataCheck({ minimum }, 'read');
    expect(compileDataCheck({ minimum: 1e6 }, 'read')).toBe(first);
    for (let maximum = 0; maximum < 10_000; maximum++) compileDataCheck({ maximum }, 'read');
    expect(compileDataCheck({ minimum: 1e6 }, 'read')).not.toBe(first);
  });
});
