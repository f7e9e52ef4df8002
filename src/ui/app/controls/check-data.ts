import { dereference, type OutputUnit, type Schema, validate } from '@cfworker/json-schema';
import type { Fault } from '../../../contracts/errors.ts';
import type { DataSchema, DataType } from '../../../contracts/td.ts';
import { isJsonObject, stringList } from '../../../td/json-object.ts';
import { jsonPointer, resolvePointer } from '../../../td/json-pointer.ts';
import type { Language } from '../language/language.tsx';
import { messages } from './messages.ts';
import { soundSchema } from './sound-schema.ts';

interface Check {
  readonly schema: Schema;
  readonly lookup: Record<string, Schema | boolean>;
}

const mostFaults = 20;
const deepest = 64;
const checks = new WeakMap<object, Check>();

/**
 * What does not fit of a value on its way to a Thing, in words; empty where all fits. Never throws: what a browser cannot
 * check (patterns, malformed schemas) passes, since the servient checks all of it.
 */
export function checkData(schema: DataSchema, value: unknown, language: Language = 'en'): readonly Fault[] {
  if (value === undefined) return [{ pointer: '', detail: messages[language].missing }];
  try {
    const check = checkOf(schema);
    // Members that are undefined do not travel.
    const instance: unknown = JSON.parse(JSON.stringify(value));
    const { errors } = validate(instance, check.schema, '2019-09', check.lookup, false);
    const faults = errors
      .filter(isTelling)
      .flatMap((error) => faultsOf(error, check.schema, instance, language));
    const different = new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault]));
    return [...different.values()].slice(0, mostFaults);
  } catch {
    return [];
  }
}

function checkOf(schema: DataSchema): Check {
  const known = checks.get(schema);
  if (known) return known;
  const sound = soundSchema(schema, { texts: false, deepest }) as Schema;
  const check = { schema: sound, lookup: dereference(sound) };
  checks.set(schema, check);
  return check;
}

/** Faults of one alternative say little, another one may have been meant; those of wholes say nothing that their parts do not. */
function isTelling({ keyword, keywordLocation }: OutputUnit): boolean {
  return keyword !== 'properties' && keyword !== 'items' && !/\/oneOf\/\d+\//.test(keywordLocation);
}

function faultsOf(
  { keyword, keywordLocation, instanceLocation }: OutputUnit,
  schema: Schema,
  instance: unknown,
  language: Language,
): readonly Fault[] {
  const limit = resolvePointer(schema, decodeURIComponent(keywordLocation.slice(1)));
  const pointer = decodeURIComponent(instanceLocation.slice(1));
  if (keyword !== 'required') return [{ pointer, detail: inWords(keyword, limit, language) }];
  const present = resolvePointer(instance, pointer);
  const missing = stringList(limit).filter((name) => !isJsonObject(present) || !Object.hasOwn(present, name));
  return missing.map((name) => ({ pointer: jsonPointer(pointer, name), detail: messages[language].missing }));
}

const numeric = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;

function inWords(keyword: string, limit: unknown, language: Language): string {
  const t = messages[language];
  const bound = numeric.find((name) => name === keyword);
  if (bound) return t[bound](Number(limit).toLocaleString(language, { maximumFractionDigits: 20 }));
  switch (keyword) {
    case 'type':
      return t.type(limit as DataType);
    case 'const':
      return t.const(inShort(limit));
    case 'enum':
      return t.enum(inShort(limit).slice(1, -1));
    case 'oneOf':
      return t.oneOf;
    case 'format':
      return t.format(String(limit));
    default:
      return t.misfit;
  }
}

function inShort(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
