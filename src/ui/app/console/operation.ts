import { payloadKind } from '../../../contracts/media-type.ts';
import type { DataSchema, Form, Op, ThingDescription } from '../../../contracts/td.ts';
import { isJsonObject, ownMember } from '../../../td/json-object.ts';
import { valueOfText } from '../../../td/value-of-text.ts';
import type { ExchangeRequest } from '../../page-data.ts';
import { parseJson } from '../parse-json.ts';
import { exampleText } from './example.ts';
import { isAboutInvocation, type Target } from './offered-ops.ts';
import type { Draft } from './selection.ts';

/** What an operation takes: its input, and the variables in the address of its form. */
export interface Taken {
  readonly input?: DataSchema;
  /** The media type of an input that is bytes. */
  readonly bytes?: string;
  readonly variables: Readonly<Record<string, DataSchema>>;
  /** The properties among which it chooses. */
  readonly names?: readonly string[];
  readonly invocation: boolean;
}

/** What is to be filled in for an operation by its TD. */
export function takenBy(
  td: ThingDescription,
  op: Op,
  { kind, name = '' }: Target,
  form: Form | undefined,
): Taken {
  const input = inputOf(td, op, name);
  const own = kind === undefined ? undefined : ownMember(td[kind], name)?.uriVariables;
  const all: Readonly<Record<string, DataSchema>> = { ...td.uriVariables, ...own };
  const isMultiple = op === 'readmultipleproperties';
  const variables = variablesIn(form?.href ?? '').filter((each) => !(isMultiple && each === 'names'));
  return {
    ...(input && { input }),
    ...(input && isBytes(form) && { bytes: form?.contentType }),
    variables: Object.fromEntries(variables.map((each) => [each, ownMember(all, each) ?? {}])),
    ...(isMultiple && { names: readable(td) }),
    invocation: isAboutInvocation(op),
  };
}

function isBytes(form: Form | undefined): boolean {
  return form?.contentType !== undefined && payloadKind(form.contentType) === 'bytes';
}

function inputOf(td: ThingDescription, op: Op, name: string): DataSchema | undefined {
  if (op === 'writeproperty') return ownMember(td.properties, name);
  if (op === 'invokeaction') return ownMember(td.actions, name)?.input;
  if (op !== 'writemultipleproperties' && op !== 'writeallproperties') return undefined;
  const writable = Object.entries(td.properties ?? {}).filter(([, { readOnly }]) => readOnly !== true);
  const required = op === 'writeallproperties' ? { required: writable.map(([each]) => each) } : {};
  return { type: 'object', properties: Object.fromEntries(writable), ...required };
}

function readable({ properties = {} }: ThingDescription): readonly string[] {
  return Object.keys(properties).filter((name) => properties[name]?.writeOnly !== true);
}

/** The names in the expressions of a URI template (RFC 6570). */
function variablesIn(template: string): readonly string[] {
  const expressions = [...template.matchAll(/\{[+#./;?&]?([^{}]+)\}/g)];
  const names = expressions.flatMap(([, list = '']) => list.split(','));
  return [...new Set(names.map((name) => name.replace(/(:\d+|\*)$/, '')))].filter((name) => name !== '');
}

/** The request that a draft means; undefined where its input is no JSON. */
export function requestOf(base: ExchangeRequest, taken: Taken, draft: Draft): ExchangeRequest | undefined {
  const text = taken.input && taken.bytes === undefined ? inputText(taken.input, draft).trim() : '';
  const parsed = text === '' ? undefined : parseJson(text);
  if (parsed && 'thrown' in parsed) return undefined;
  const given = Object.entries(taken.variables).flatMap(([name, schema]) => {
    const typed = ownMember(draft.variables, name) ?? '';
    return typed === '' ? [] : [[name, valueOfText(typed, schema)] as const];
  });
  return {
    ...base,
    ...(given.length > 0 && { uriVariables: Object.fromEntries(given) }),
    ...(parsed && { input: parsed.value }),
    ...(taken.bytes !== undefined && draft.base64 !== undefined && { base64: draft.base64 }),
    ...(taken.names && { names: draft.names }),
    ...(taken.invocation && { invocation: draft.invocation.trim() }),
  };
}

/** What stands in the field of the input: what was typed, else an example. */
export function inputText(schema: DataSchema, { input }: Draft): string {
  return input ?? exampleText(schema);
}

/** Whether what is typed must not be kept, neither in the address nor in the history. */
export function isSecret(schema: unknown, depth = 0): boolean {
  if (depth > 8) return true;
  if (Array.isArray(schema)) return schema.some((each) => isSecret(each, depth + 1));
  if (!isJsonObject(schema)) return false;
  if (schema['writeOnly'] === true || schema['format'] === 'password') return true;
  const inner = [
    schema['items'],
    schema['oneOf'],
    ...Object.values(isJsonObject(schema['properties']) ? schema['properties'] : {}),
  ];
  return inner.some((each) => isSecret(each, depth + 1));
}
