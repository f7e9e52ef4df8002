import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject } from '../../../td/json-object.ts';

/** One of the values that a DataSchema lists; `schema` carries its title where it has one. */
interface ChoiceOption {
  readonly value: unknown;
  readonly schema?: DataSchema;
}

/** The values a DataSchema lists as `enum`, or as `oneOf` with a `const` each; undefined where it does not. */
export function choicesOf({ enum: listed, oneOf }: DataSchema): readonly ChoiceOption[] | undefined {
  if (Array.isArray(listed) && listed.length > 0) return listed.map((value) => ({ value }));
  if (!Array.isArray(oneOf) || oneOf.length === 0) return undefined;
  const constants = oneOf.filter((option) => isJsonObject(option) && Object.hasOwn(option, 'const'));
  if (constants.length < oneOf.length) return undefined;
  return constants.map((schema: DataSchema) => ({ value: schema.const, schema }));
}
