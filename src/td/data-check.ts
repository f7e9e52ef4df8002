import { _, Ajv, type ErrorObject, type KeywordDefinition, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Fault, WotError } from '../contracts/errors.ts';
import type { DataSchema } from '../contracts/td.ts';
import { checkableSchema, knownFormats } from './checkable-schema.ts';
import type { JsonObject } from './json-object.ts';
import { linearPattern } from './linear-pattern.ts';
import { sameJson } from './same-json.ts';

/** Says what does not fit, at most 20 faults; an empty list means that the value fits. Does not change the value. */
export type DataCheck = (value: unknown) => readonly Fault[];

const mostFaults = 20;
const mostChecks = 10_000;
const none: readonly Fault[] = Object.freeze([]);
/** By canonical schema text, least recently asked for first. */
const checks = new Map<string, DataCheck>();

/**
 * Compiles the check of a DataSchema, shared by equal schemas. Undescribed members pass (client-data-schema-accept-extras);
 * so do members that do not travel in this direction (TD 1.1 table 28), which a writer may send and which stay unchecked.
 * `lenient`, for TDs of others, lets pass what cannot be checked; else `invalid` PATTERN_NOT_SUPPORTED, DATA_SCHEMA_TOO_LARGE.
 */
export function compileDataCheck(
  schema: DataSchema,
  direction: 'read' | 'write',
  { lenient = false }: { readonly lenient?: boolean } = {},
): DataCheck {
  const text = canonicalText(checkableSchema(schema, { direction, lenient }));
  const check = checks.get(text) ?? createCheck(text);
  checks.delete(text);
  checks.set(text, check);
  if (checks.size > mostChecks) checks.delete(checks.keys().next().value ?? '');
  return check;
}

/** Throws `invalid` INPUT_MISSING or INPUT_MISMATCH, with a pointer per fault, for what must not be sent; `what` names it. */
export function refuseMisfit(check: DataCheck, value: unknown, what: string): void {
  const errors = faultsIn(check, value);
  if (errors.length === 0) return;
  if (value === undefined) {
    const message = `${what} needs a value and got none; give one that fits its DataSchema in the TD.`;
    throw new WotError('invalid', 'INPUT_MISSING', message, { errors });
  }
  const message = `The value for ${what} does not fit its DataSchema: ${inWords(errors)}.`;
  throw new WotError('invalid', 'INPUT_MISMATCH', message, { errors });
}

/** The faults of a value that must be there. */
export function faultsIn(check: DataCheck, value: unknown): readonly Fault[] {
  return value === undefined ? [{ pointer: '', detail: 'is missing' }] : check(value);
}

/** Faults as part of a sentence. */
export function inWords(errors: readonly Fault[]): string {
  return errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join(', ');
}

function canonicalText(schema: JsonObject): string {
  try {
    return JSON.stringify(schema);
  } catch (cause) {
    const message = `A const or enum of a DataSchema is not JSON: ${cause}`;
    throw new WotError('invalid', 'DATA_SCHEMA_NOT_JSON', message, { cause });
  }
}

function createCheck(text: string): DataCheck {
  const fits = compile(text, 'first');
  let fitsAll: ValidateFunction | undefined;
  return (value) => {
    if (fits(value)) return none;
    if (isLarge(value)) return faultsOf(fits);
    fitsAll ??= compile(text, 'all');
    fitsAll(value);
    return faultsOf(fitsAll);
  };
}

type Compilers = Readonly<Record<'first' | 'all', Ajv>>;

let compilers: Compilers = createCompilers();
let compiled = 0;

function createCompilers(): Compilers {
  return { first: createAjv(false), all: createAjv(true) };
}

function createAjv(allErrors: boolean): Ajv {
  const ajv = new Ajv({
    allErrors,
    strict: false,
    strictNumbers: true,
    meta: false,
    validateSchema: false,
    logger: false,
    // `{}` has no member `constructor`.
    ownProperties: true,
    // 0.3 is a multiple of 0.1.
    multipleOfPrecision: 6,
    code: { regExp: linearPattern },
  });
  return addFormats.default(addEquality(ajv), [...knownFormats]);
}

/** Ajv's own comparison throws on a value such as `{ "valueOf": 1 }`. */
function addEquality(ajv: Ajv): Ajv {
  const keywordOf = (
    keyword: string,
    allowed: (schema: unknown) => readonly unknown[],
  ): KeywordDefinition => ({
    keyword,
    compile: (schema) => (value) => allowed(schema).some((one) => sameJson(one, value)),
    error: { message: '', params: ({ schemaCode }) => _`{allowed: ${schemaCode}}` },
  });
  return ajv
    .removeKeyword('const')
    .removeKeyword('enum')
    .addKeyword(keywordOf('const', (schema) => [schema]))
    .addKeyword(keywordOf('enum', (schema) => schema as readonly unknown[]));
}

function compile(text: string, faults: keyof Compilers): ValidateFunction {
  // An Ajv keeps values of everything it ever compiled; a new one now and then bounds that.
  if (++compiled % 1000 === 0) compilers = createCompilers();
  const schema = JSON.parse(text) as JsonObject;
  const ajv = compilers[faults];
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return validate;
}

/** Whether listing all faults could take more memory than it is worth. */
function isLarge(value: unknown): boolean {
  const open = [value];
  for (let seen = 0; seen < open.length; seen++) {
    const next = open[seen];
    if (typeof next !== 'object' || next === null) continue;
    const members: readonly unknown[] = Object.values(next);
    if (open.length + members.length > 5000) return true;
    open.push(...members);
  }
  return false;
}

// Faults of one alternative say little: another one may have been meant.
const inAlternative = /\/(oneOf|anyOf)\/\d+\//;

function faultsOf({ errors }: ValidateFunction): readonly Fault[] {
  return (errors ?? [])
    .filter(({ schemaPath }) => !inAlternative.test(schemaPath))
    .slice(0, mostFaults)
    .map((error) => ({ pointer: error.instancePath, detail: detailOf(error) }));
}

function detailOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'const':
      return `must be ${inShort(params['allowed'])}`;
    case 'enum':
      return `must be one of ${inShort(params['allowed']).slice(1, -1)}`;
    case 'anyOf':
    case 'oneOf':
      return params['passingSchemas']
        ? 'must fit only one of the alternatives (oneOf) and fits several'
        : 'must fit one of the alternatives (oneOf) and fits none';
    case 'required':
      return `must have the member ${inShort(params['missingProperty'])}`;
    default:
      return message ?? `must fit ${keyword}`;
  }
}

function inShort(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
