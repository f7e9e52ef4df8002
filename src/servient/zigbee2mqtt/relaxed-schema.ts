import type { DataSchema } from '../../contracts/td.ts';
import { compileDataCheck, faultsIn } from '../../td/data-check.ts';

const steps: readonly (readonly string[])[] = [
  ['multipleOf'],
  ['minimum', 'maximum', 'enum', 'oneOf', 'minItems', 'maxItems', 'items', 'properties'],
  ['type'],
];

/** As much of a schema as a value fits. */
export function relaxedSchema(schema: DataSchema, value: unknown): DataSchema {
  let relaxed = schema;
  for (const words of steps) {
    relaxed = Object.fromEntries(Object.entries(relaxed).filter(([word]) => !words.includes(word)));
    if (faultsIn(compileDataCheck(relaxed, 'read'), value).length === 0) break;
  }
  return relaxed;
}
