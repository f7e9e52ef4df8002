import { isJsonObject, type JsonObject, ownMember, textOf } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { affordanceParts, dataSchemaParts, memberPart, type Part } from './document-parts.ts';
import { error, type Finding, mended, removal, shown, warning } from './finding.ts';

/** What no schema says of data schemas: they do not contradict themselves, and consumers learn what to send and to expect. */
export function checkDataSchemas(document: JsonObject): readonly Finding[] {
  return [
    ...dataSchemaParts(document).flatMap((part) => [
      ...duplicates(part),
      ...enumAndConst(part),
      ...foreignWords(part),
    ]),
    ...affordanceParts(document).flatMap((affordance) =>
      affordance.kind === 'properties'
        ? untold(affordance)
        : ['input', 'output'].flatMap((member) => memberPart(affordance, member).flatMap(untold)),
    ),
  ];
}

// JSON Schema draft-07 section 6.1.2
function duplicates({ value, pointer }: Part): readonly Finding[] {
  const values = Array.isArray(value['enum']) ? value['enum'] : [];
  const seen = new Set<string>();
  return values.flatMap((item: unknown, index) => {
    const text = canonical(item);
    if (seen.has(text)) {
      const message = `${shown(item)} stands twice in the enum.`;
      const found = error('schema', jsonPointer(pointer, 'enum', index), message, 'Remove one of the two.');
      return [mended(found, removal)];
    }
    seen.add(text);
    return [];
  });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort()) : member,
  );
}

function enumAndConst({ value, pointer }: Part): readonly Finding[] {
  if (!('enum' in value && 'const' in value)) return [];
  const message = 'The schema has "enum" and "const".';
  return [warning('enum-const', pointer, message, 'Keep "const" for one value, "enum" for several.')];
}

/** What tells the structure of a type. */
const structures: Readonly<Record<string, string>> = { object: 'properties', array: 'items' };

function untold({ value, pointer }: Part): readonly Finding[] {
  const missing = ownMember(structures, textOf(value['type']));
  if (missing === undefined || missing in value) return [];
  const message = `The schema is of type ${value['type']}, but has no ${shown(missing)}.`;
  return [
    warning(
      'untold-structure',
      pointer,
      message,
      `Describe the ${missing}, so that consumers know what to send.`,
    ),
  ];
}

/** The rule of `foreignWords`, which is told at exposure too. */
export const schemaWordRule = 'json-schema-word';

/** What JSON Schema has to say what fits and a DataSchema has not (TD 1.1 section 5.3.2). */
const schemaWords: readonly string[] = [
  '$ref',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'anyOf',
  'contains',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'else',
  'if',
  'maxContains',
  'maxProperties',
  'minContains',
  'minProperties',
  'not',
  'patternProperties',
  'prefixItems',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
  'uniqueItems',
];

function foreignWords({ value, pointer }: Part): readonly Finding[] {
  return schemaWords
    .filter((word) => Object.hasOwn(value, word))
    .map((word) => {
      const message = `${shown(word)} is a word of JSON Schema that a DataSchema has not: no Thing and no consumer checks it.`;
      const hint = 'Leave it out, say it with the terms of TD 1.1, or check it in the handler.';
      return mended(warning(schemaWordRule, jsonPointer(pointer, word), message, hint), removal);
    });
}
