import { isJsonObject, type JsonObject } from '../../../../td/json-object.ts';
import { resolvePointer } from '../../../../td/json-pointer.ts';

/** The alternatives that a JSON Schema has for the value at a path, each without references; `siblings` are the texts that stand beside the last step, which rule alternatives out. */
export function schemasAt(
  root: JsonObject,
  path: readonly (string | number)[],
  siblings: Readonly<Record<string, string>> = {},
): readonly JsonObject[] {
  const start = alternatives(root, root);
  return path
    .reduce<readonly JsonObject[]>(
      (schemas, step) =>
        schemas.flatMap((schema) => stepInto(schema, step)).flatMap((one) => alternatives(one, root)),
      start,
    )
    .filter((schema) => allows(schema, siblings));
}

/** Reference chains and nested alternatives end here. */
const deepest = 8;

/** A schema and all that it refers to or lets choose from. */
export function alternatives(schema: JsonObject, root: JsonObject, depth = 0): readonly JsonObject[] {
  if (depth > deepest) return [];
  const { $ref } = schema;
  const referred = typeof $ref === 'string' ? resolvePointer(root, $ref.slice(1)) : undefined;
  const nested = ['allOf', 'oneOf', 'anyOf'].flatMap((word) =>
    Array.isArray(schema[word]) ? schema[word] : [],
  );
  return [
    schema,
    ...[referred, ...nested].filter(isJsonObject).flatMap((one) => alternatives(one, root, depth + 1)),
  ];
}

function stepInto(schema: JsonObject, step: string | number): readonly JsonObject[] {
  if (typeof step === 'number') {
    const { items } = schema;
    return [Array.isArray(items) ? (items[step] ?? schema['additionalItems']) : items].filter(isJsonObject);
  }
  const { properties, additionalProperties } = schema;
  const known = isJsonObject(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
  return [known ?? additionalProperties].filter(isJsonObject);
}

function allows({ properties }: JsonObject, siblings: Readonly<Record<string, string>>): boolean {
  if (!isJsonObject(properties)) return true;
  return Object.entries(siblings).every(([name, value]) => {
    const member = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return !isJsonObject(member) || !Array.isArray(member['enum']) || member['enum'].includes(value);
  });
}
