import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Fault } from '../contracts/errors.ts';
import { jsonPointer } from './json-pointer.ts';
import { linearPattern } from './linear-pattern.ts';

const compiled = new Map<string, ValidateFunction>();

/**
 * What does not fit in a document of ours, by a JSON Schema of the folder td-schemas; members that the schema has not are
 * faults too. The first sentence of a description in the schema says what is expected there.
 */
export function documentFaults(schema: string, document: unknown): readonly Fault[] {
  const validate = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, validate);
  validate(document);
  const faults = (validate.errors ?? []).filter(isOwn).map(faultOf);
  return [...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values()];
}

function compile(schema: string): ValidateFunction {
  const text = readFileSync(new URL(`../../td-schemas/${schema}`, import.meta.url), 'utf8');
  const code = { regExp: linearPattern };
  return new Ajv({ strict: false, allErrors: true, verbose: true, ownProperties: true, code }).compile(
    JSON.parse(text),
  );
}

/** A bad member name is told by what is wrong with it. */
function isOwn({ keyword }: ErrorObject): boolean {
  return keyword !== 'propertyNames';
}

function faultOf({ keyword, params, message, instancePath, parentSchema, propertyName }: ErrorObject): Fault {
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.['properties'] ?? {}).join(', ');
    return {
      pointer: jsonPointer(instancePath, params['additionalProperty']),
      detail: `is not known (known: ${known})`,
    };
  }
  if (keyword === 'required') {
    return { pointer: instancePath, detail: `must have the member ${params['missingProperty']}` };
  }
  const pointer = propertyName === undefined ? instancePath : jsonPointer(instancePath, propertyName);
  const [expected = ''] = String(parentSchema?.['description'] ?? '').split(/\.(?:\s|$)/);
  if (expected === '') return { pointer, detail: message ?? `must fit ${keyword}` };
  return { pointer, detail: `is not ${expected.charAt(0).toLowerCase()}${expected.slice(1)}` };
}
