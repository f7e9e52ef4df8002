import type { EditorState } from '@codemirror/state';
import { isJsonObject, type JsonObject } from '../../../../td/json-object.ts';
import { type JsonPlace, membersOf, objectAt, placeAt, stringAt } from './json-place.ts';
import { alternatives, schemasAt } from './schema-walk.ts';
import { formTerms, modelTerms, usualValues } from './td-words.ts';

/** What may be written at a place of a TD. */
export interface Choice {
  /** The name of a member or a value, as JSON has it. */
  readonly label: string;
  /** How a value of the member begins: `{}`, `[]`, `""`. */
  readonly begins?: string;
  readonly isRequired?: boolean;
}

export interface Choices extends Pick<JsonPlace, 'what' | 'from' | 'to'> {
  readonly choices: readonly Choice[];
}

/** What the schema and the document itself let expect at a position. */
export function tdChoices(schema: JsonObject, state: EditorState, position: number): Choices | undefined {
  const place = placeAt(state, position);
  if (place === undefined) return undefined;
  const { what, from, to } = place;
  const found = what === 'name' ? names(schema, state, place) : values(schema, state, place);
  const typed = state.sliceDoc(from, to);
  const others = found.filter(({ label }) => label !== typed);
  const choices = [...new Map(others.map((choice) => [choice.label, choice])).values()];
  return { what, from, to, choices };
}

function names(root: JsonObject, state: EditorState, { path, object, from }: JsonPlace): readonly Choice[] {
  const members = object ? membersOf(state, object) : new Map();
  const siblings = Object.fromEntries(
    [...members].flatMap(([name, node]) => (node?.name === 'String' ? [[name, stringAt(state, node)]] : [])),
  );
  const schemas = schemasAt(root, path, siblings);
  const required = new Set(schemas.flatMap(({ required: all }) => (Array.isArray(all) ? all : [])));
  const known = schemas.flatMap(({ properties }) =>
    isJsonObject(properties) ? Object.entries(properties) : [],
  );
  const typed = object?.getChildren('Property').find((each) => each.from === from);
  const present = new Set(members.keys());
  if (typed) present.delete(stringAt(state, typed.getChild('PropertyName') ?? typed));
  const extra: readonly string[] = [
    ...(path.includes('forms') && typeof path.at(-1) === 'number' ? formTerms : []),
    ...(isModel(state) ? modelTerms : []),
  ];
  return [
    ...known.map(([name, member]) => ({
      label: name,
      begins: isJsonObject(member) ? beginningOf(alternatives(member, root)) : '',
      isRequired: required.has(name),
    })),
    ...extra.map((label) => ({ label, begins: label === 'mqv:retain' ? '' : '""' })),
  ].filter(({ label }) => !present.has(label));
}

const beginnings: Readonly<Record<string, string>> = { object: '{}', array: '[]', string: '""' };

function beginningOf(schemas: readonly JsonObject[]): string {
  const types = schemas.map(
    ({ type, properties }) => type ?? (isJsonObject(properties) ? 'object' : undefined),
  );
  const begin = types.find(
    (type) => typeof type === 'string' && type !== 'object' && Object.hasOwn(beginnings, type),
  );
  return beginnings[String(begin ?? types.find((type) => type === 'object'))] ?? '';
}

function values(root: JsonObject, state: EditorState, { path }: JsonPlace): readonly Choice[] {
  const schemas = schemasAt(root, path);
  const fixed = schemas.flatMap((schema) => [
    ...(Array.isArray(schema['enum']) ? schema['enum'] : []),
    ...('const' in schema ? [schema['const']] : []),
    ...(schema['type'] === 'boolean' ? [true, false] : []),
  ]);
  const texts = schemas.some(({ type }) => type === 'string') ? ownTexts(state, path) : [];
  const member = path.findLast((step) => typeof step === 'string') ?? '';
  const usual = Object.hasOwn(usualValues, member) ? (usualValues[member] ?? []) : [];
  return [...fixed, ...texts, ...(isNamed(path) ? [] : usual)].map((value) => ({
    label: JSON.stringify(value),
  }));
}

/** Whether the last name is one that the author chose: an affordance called `unit` is no unit. */
function isNamed(path: readonly (string | number)[]): boolean {
  const holder = path.findLast((step) => typeof step === 'string');
  const before = path.slice(0, path.lastIndexOf(holder ?? '')).at(-1);
  return ['properties', 'actions', 'events', 'securityDefinitions', 'schemaDefinitions'].includes(
    String(before),
  );
}

/** What the document itself names: definitions, units and types that it uses elsewhere. */
function ownTexts(state: EditorState, path: readonly (string | number)[]): readonly string[] {
  const member = path.findLast((step) => typeof step === 'string');
  const namesIn = (...to: readonly string[]) => {
    const object = objectAt(state, ...to);
    return object ? [...membersOf(state, object).keys()] : [];
  };
  const inScheme = path[0] === 'securityDefinitions' && (member === 'oneOf' || member === 'allOf');
  if (member === 'security' || inScheme) return namesIn('securityDefinitions');
  if (member === 'schema' && path.includes('additionalResponses')) return namesIn('schemaDefinitions');
  if (member === 'required')
    return namesIn(...path.slice(0, path.lastIndexOf('required')).map(String), 'properties');
  if (member === 'unit') return usedBy(state, /"unit"\s*:\s*"([^"\\]{1,80})"/g);
  if (member !== '@type') return [];
  const prefixes = usedBy(state, /"([a-z][\w-]{0,30})"\s*:\s*"https?:\/\/[^"\\]+[#/]"/g);
  const models = path.length === 1 ? ['tm:ThingModel'] : [];
  return [
    ...usedBy(state, /"([\w-]{1,40}:[\w-]{1,80})"/g).filter((word) =>
      prefixes.includes(word.split(':')[0] ?? ''),
    ),
    ...prefixes.map((prefix) => `${prefix}:`),
    ...models,
  ];
}

function usedBy(state: EditorState, pattern: RegExp): readonly string[] {
  const found = state.sliceDoc(0, 200_000).matchAll(pattern);
  return [...new Set([...found].map(([, word = '']) => word))].slice(0, 50);
}

function isModel(state: EditorState): boolean {
  return /"@type"\s*:\s*(\[[^\]]{0,500})?"tm:ThingModel"/.test(state.sliceDoc(0, 200_000));
}
