import { MantineProvider } from '@mantine/core';
import fc from 'fast-check';
import { createElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { DataSchema } from '../../src/contracts/td.ts';
import { checkData } from '../../src/ui/app/controls/check-data.ts';
import { DataForm } from '../../src/ui/app/controls/data-form.tsx';
import { NestedForm } from '../../src/ui/app/controls/nested-form.tsx';
import { PropertyControl } from '../../src/ui/app/controls/property-control.tsx';
import { soundSchema } from '../../src/ui/app/controls/sound-schema.ts';
import { PropertyValue } from '../../src/ui/app/values/property-value.tsx';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '$ref', '/'),
);
const leaf = fc.oneof(fc.double({ noNaN: true }), fc.boolean(), text, fc.constant(null));
const types = fc.constantFrom('boolean', 'integer', 'number', 'string', 'object', 'array', 'null');
const names = fc.constantFrom(
  ...[
    'type',
    'const',
    'enum',
    'oneOf',
    'format',
    'minimum',
    'maximum',
    'multipleOf',
    'minLength',
    'maxItems',
  ],
  ...['items', 'properties', 'required', 'title', 'titles', 'description', 'descriptions', 'unit', 'default'],
  ...['@type', 'readOnly', 'writeOnly', 'pattern', 'contentMediaType', '$ref', '$id', 'id'],
);

/** Members that a DataSchema has, with values that they may have or not. */
const { schema } = fc.letrec<{ schema: DataSchema; value: unknown }>((tie) => ({
  schema: fc.oneof({ depthSize: 'small' }, named(leaf), named(tie('value')), sane(tie('schema'))),
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(text, leaf, { maxKeys: 3 }),
    tie('schema'),
  ),
}));

function named(value: fc.Arbitrary<unknown>): fc.Arbitrary<DataSchema> {
  return fc.dictionary(names, value, { maxKeys: 4 });
}

function sane(schema: fc.Arbitrary<DataSchema>): fc.Arbitrary<DataSchema> {
  return fc.record(
    {
      type: types,
      oneOf: fc.array(schema, { maxLength: 3 }),
      items: schema,
      properties: fc.dictionary(text, schema, { maxKeys: 3 }),
      minimum: fc.integer(),
      maximum: fc.integer(),
      const: leaf,
    },
    { requiredKeys: [] },
  );
}

function render(node: ReactNode): string {
  return renderToString(createElement(MantineProvider, null, node));
}

it('checks any value by any JSON as a DataSchema without throwing', () => {
  fc.assert(
    fc.property(schema, fc.jsonValue(), (any, value) => {
      expect(Array.isArray(checkData(any, value))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('draws any value and control for any JSON as a DataSchema', () => {
  fc.assert(
    fc.property(schema, fc.jsonValue(), (any, value) => {
      const live = { state: 'pending', value, requested: value, at: 0 } as const;
      const write = async () => {};
      expect(render(createElement(PropertyValue, { schema: any, live }))).toContain('data-state="pending"');
      expect(render(createElement(PropertyControl, { label: 'X', schema: any, live, write }))).not.toBe('');
      expect(render(createElement(DataForm, { schema: any, submitLabel: 'Go', submit: write }))).toContain(
        'Go',
      );
    }),
    { numRuns: 200 },
  );
});

it('draws a nested form for any sound DataSchema', () => {
  fc.assert(
    fc.property(schema, (any) => {
      const sound = soundSchema(any, { texts: true, deepest: 8 });
      const body = { schema: sound, value: undefined, faults: [], change: () => {} };
      expect(render(createElement(NestedForm, body))).toContain('<div');
    }),
    { numRuns: 200 },
  );
});
