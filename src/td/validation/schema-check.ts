import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { linearPattern } from '../linear-pattern.ts';
import type { Finding } from './finding.ts';
import { explainErrors } from './schema-errors.ts';

/** The two kinds of document: Thing Description and Thing Model. */
export type DocumentKind = 'td' | 'tm';

/** Errors of all branches are collected for documents up to this many characters, else the first error only. */
const allErrorsUpTo = 65_536;
const maxErrors = 1_000;

interface Validators {
  readonly first: ValidateFunction;
  readonly all: ValidateFunction;
}

const compiled = new Map<DocumentKind, Validators>();

/** Checks a document, whose text has `length` characters, against the W3C JSON Schema of its kind. */
export function checkSchema(kind: DocumentKind, document: unknown, length: number): readonly Finding[] {
  const validators = compiled.get(kind) ?? compile(kind);
  if (validators.first(document)) return [];
  const validate = length <= allErrorsUpTo ? validators.all : validators.first;
  validate(document);
  return explainErrors((validate.errors ?? []).slice(0, maxErrors), document);
}

function compile(kind: DocumentKind): Validators {
  const schema = readSchema(kind);
  const validators = { first: compileSchema(schema, false), all: compileSchema(schema, true) };
  compiled.set(kind, validators);
  return validators;
}

/** Documents are untrusted, and V8's own engine backtracks. */
const regExp = Object.assign(linearPattern, { code: 'linearPattern' });

function compileSchema(schema: object, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors, code: { regExp } });
  addFormats.default(ajv, ['uri', 'uri-reference', 'date-time']);
  return ajv.compile(schema);
}

/** Reads a schema without its `uniqueItems`, whose check takes quadratic time: `checkDataSchemas` does it. */
function readSchema(kind: DocumentKind): object {
  const url = new URL(`../../../td-schemas/${kind}-1.1.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'), (name, value) => (name === 'uniqueItems' ? undefined : value));
}
