import type { DataSchema } from '../../../../contracts/td.ts';
import { stringList } from '../../../../td/json-object.ts';

/** What a DataSchema says of its values, by the name of its label; absent terms are left out. */
export function factsOf(schema: DataSchema): readonly (readonly [label: FactLabel, text: string])[] {
  return Object.entries(terms(schema)).flatMap(([label, text]) =>
    typeof text === 'string' && text !== '' ? [[label as FactLabel, text]] : [],
  );
}

type FactLabel = keyof ReturnType<typeof terms>;

function terms(schema: DataSchema) {
  return {
    semantics: stringList(schema['@type']).join(', '),
    type: schema.type,
    range: between(lowest(schema), highest(schema)),
    step: said(schema.multipleOf),
    length: between(said(schema.minLength), said(schema.maxLength)),
    items: between(said(schema.minItems), said(schema.maxItems)),
    format: schema.format,
    pattern: schema.pattern,
    oneOf: schema.enum?.map(said).join(', '),
    fixed: said(schema.const),
    initial: said(schema.default),
  };
}

function lowest({ minimum, exclusiveMinimum }: DataSchema): string | undefined {
  return said(minimum) ?? (exclusiveMinimum === undefined ? undefined : `> ${exclusiveMinimum}`);
}

function highest({ maximum, exclusiveMaximum }: DataSchema): string | undefined {
  return said(maximum) ?? (exclusiveMaximum === undefined ? undefined : `< ${exclusiveMaximum}`);
}

function between(from: string | undefined, to: string | undefined): string | undefined {
  return from === undefined && to === undefined ? undefined : `${from ?? '…'} – ${to ?? '…'}`;
}

function said(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
}
