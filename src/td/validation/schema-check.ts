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

const compiled = new Map<string, ValidateFunction>();

/** Checks a document, whose text has `length` characters, against the W3C JSON Schema of its kind. */
export function checkSchema(kind: DocumentKind, document: unknown, length: number): readonly Finding[] {
  const first = validator(kind, false);
  if (first(document)) return [];
  const validate = length <= allErrorsUpTo ? validator(kind, true) : first;
  validate(document);
  return explainErrors((validate.errors ?? []).slice(0, maxErrors), document);
}

/** Compiled when first needed: a valid document never needs the one that collects all errors. */
function validator(kind: DocumentKind, allErrors: boolean): ValidateFunction {
  const key = `${kind} ${allErrors}`;
  const known = compiled.get(key) ?? compileSchema(readSchema(kind), allErrors);
  compiled.set(key, known);
  return known;
}

function compileSchema(schema: object, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors, code: { regExp: linearPattern } });
  addFormats.default(ajv, ['uri', 'uri-reference', 'date-time']);
  return ajv.compile(schema);
}

/** Reads a schema without its `uniqueItems`, whose check takes quadratic time: `checkDataSchemas` does it. */
function readSchema(kind: DocumentKind): object {
  const url = new URL(`../../../td-schemas/${kind}-1.1.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'), (name, value) => (name === 'uniqueItems' ? undefined : value));
}
