import { type AffordanceKind, affordanceKinds } from '../../contracts/td.ts';
import { isJsonObject, type JsonObject, objectEntries } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';

/** An object of a document and where it stands. */
export interface Part {
  readonly pointer: string;
  readonly value: JsonObject;
}

/** An affordance and its name. */
export interface AffordancePart extends Part {
  readonly kind: AffordanceKind;
  readonly name: string;
}

/** A form and the affordance that it belongs to; none at Thing level. */
export interface FormPart extends Part {
  readonly affordance?: AffordancePart;
}

/** The members that hold data schemas, per kind of affordance (a property is one itself). */
const schemaMembers = {
  properties: [],
  actions: ['input', 'output'],
  events: ['subscription', 'data', 'dataResponse', 'cancellation'],
} as const satisfies Record<AffordanceKind, readonly string[]>;

/** Every affordance of a document, which need not be valid. */
export function affordanceParts(document: JsonObject): readonly AffordancePart[] {
  return affordanceKinds.flatMap((kind) =>
    parts(document[kind], `/${kind}`).map((part) => ({ ...part, kind })),
  );
}

/** Every form of a document. */
export function formParts(document: JsonObject): readonly FormPart[] {
  return [
    ...listParts(document['forms'], '/forms'),
    ...affordanceParts(document).flatMap((affordance) =>
      listParts(affordance.value['forms'], jsonPointer(affordance.pointer, 'forms')).map((form) => ({
        ...form,
        affordance,
      })),
    ),
  ];
}

/** Every data schema of a document, nested ones included. */
export function dataSchemaParts(document: JsonObject): readonly Part[] {
  const own = [
    ...parts(document['schemaDefinitions'], '/schemaDefinitions'),
    ...parts(document['uriVariables'], '/uriVariables'),
  ];
  const ofAffordances = affordanceParts(document).flatMap(({ kind, pointer, value }) => [
    ...(kind === 'properties' ? [{ pointer, value }] : []),
    ...schemaMembers[kind].flatMap((member) => memberPart({ value, pointer }, member)),
    ...parts(value['uriVariables'], jsonPointer(pointer, 'uriVariables')),
  ]);
  return [...own, ...ofAffordances].flatMap(withNested);
}

function withNested(schema: Part): readonly Part[] {
  const { pointer, value } = schema;
  const nested = [
    ...listParts(value['oneOf'], jsonPointer(pointer, 'oneOf')),
    ...listParts(value['items'], jsonPointer(pointer, 'items')),
    ...memberPart(schema, 'items'),
    ...parts(value['properties'], jsonPointer(pointer, 'properties')),
  ];
  return [schema, ...nested.flatMap(withNested)];
}

/** The objects of a map, each with its name. */
export function parts(map: unknown, pointer: string): readonly (Part & { readonly name: string })[] {
  return objectEntries(map).map(([name, value]) => ({ name, value, pointer: jsonPointer(pointer, name) }));
}

/** The objects of an array. */
export function listParts(list: unknown, pointer: string): readonly Part[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown, index) =>
    isJsonObject(value) ? [{ value, pointer: jsonPointer(pointer, index) }] : [],
  );
}

/** A member of an object, where it is an object itself. */
export function memberPart({ value, pointer }: Part, member: string): readonly Part[] {
  const part = value[member];
  return isJsonObject(part) ? [{ value: part, pointer: jsonPointer(pointer, member) }] : [];
}
