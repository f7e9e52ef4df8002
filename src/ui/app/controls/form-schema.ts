import type { RJSFSchema } from '@rjsf/utils';
import type { DataSchema } from '../../../contracts/td.ts';
import { mapMembers } from '../../../td/json-object.ts';
import { checkData } from './check-data.ts';
import { controlFor } from './control-for.ts';
import { formKind } from './form-kind.ts';
import { startingValue } from './starting-value.ts';

/** What a schema is called in the reader's language, where it has no title `otherwise`. */
export interface FormTexts {
  titleOf(schema: DataSchema, otherwise: string): string;
  alternative(number: number): string;
}

/** A sound DataSchema for RJSF: `$id` names the field that draws what RJSF would draw otherwise, or not at all, from `data`. */
export function formSchema(schema: DataSchema, texts: FormTexts): RJSFSchema {
  if (controlFor(schema).as !== 'data') return leafSchema(schema, 'NestedLeaf');
  if (formKind(schema) === 'json') return leafSchema(schema, 'NestedJson');
  const { items, properties, oneOf, required, type, title } = schema;
  const titled = (part: DataSchema, otherwise: string) => ({
    ...formSchema(part, texts),
    title: texts.titleOf(part, otherwise),
  });
  return {
    ...{ type, title, required, data: schema },
    ...(properties && { properties: mapMembers(properties, (name, member) => titled(member, name)) }),
    ...(items && { items: titled(items as DataSchema, '') }),
    ...(oneOf && { oneOf: oneOf.map((part, index) => titled(part, texts.alternative(index + 1))) }),
  } as RJSFSchema;
}

/** RJSF fails on defaults that do not fit, and on a leaf that has parts. */
function leafSchema(data: DataSchema, field: string): RJSFSchema {
  const { oneOf, items, properties, required, default: _, ...leaf } = data;
  const start = startingValue(data);
  const fits = start !== undefined && checkData(data, start).length === 0;
  return { ...leaf, $id: field, data, ...(fits && { default: start }) } as RJSFSchema;
}
