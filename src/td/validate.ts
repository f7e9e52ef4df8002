import { isJsonObject, type JsonObject, stringList } from './json-object.ts';
import { checkDataSchemas } from './validation/data-schema-check.ts';
import { error, type Finding, maxFindings } from './validation/finding.ts';
import { checkForms, checkResponseSchemas } from './validation/form-check.ts';
import { readJsonText } from './validation/json-text.ts';
import { checkLinks } from './validation/link-check.ts';
import { checkSchema, type DocumentKind } from './validation/schema-check.ts';
import { checkSecurity } from './validation/security-check.ts';
import { checkTexts } from './validation/text-check.ts';
import { checkModel } from './validation/thing-model-check.ts';
import { checkUriVariables } from './validation/uri-variable-check.ts';

/** What `validateTd` found. A document with errors is invalid, one with warnings alone can be used. */
export interface ValidationReport {
  readonly kind: DocumentKind;
  readonly verdict: 'valid' | 'warning' | 'invalid';
  /** Errors first, at most 100 in all. */
  readonly findings: readonly Finding[];
}

/**
 * Validates a Thing Description, or a Thing Model where `@type` says so, given as JSON text, its bytes or its value: the
 * W3C schema of version 1.1 (it takes TD 1.0 too) and the rules no schema can state. Fetches nothing, throws nothing.
 */
export function validateTd(input: string | Uint8Array | object): ValidationReport {
  const text = typeof input === 'string' || input instanceof Uint8Array ? input : toText(input);
  if (text === undefined) return report('td', [notJson]);
  const { value, findings } = readJsonText(text);
  if (value === undefined) return report('td', findings);
  const kind = kindOf(value);
  const checks = isJsonObject(value) ? rules[kind].flatMap((check) => check(value)) : [];
  return report(kind, [...findings, ...checkSchema(kind, value, text.length), ...checks]);
}

const general = [checkDataSchemas, checkForms, checkLinks, checkTexts];

const rules: Readonly<Record<DocumentKind, readonly ((document: JsonObject) => readonly Finding[])[]>> = {
  td: [...general, checkResponseSchemas, checkSecurity, checkUriVariables],
  tm: [...general, checkModel],
};

const notJson = error(
  'td-json-open',
  '',
  'The value is no JSON.',
  'Give an object without cycles, BigInts and functions.',
);

function toText(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

// TD 1.1 tm-identification; drafts wrote ThingModel
function kindOf(value: unknown): DocumentKind {
  const types = isJsonObject(value) ? stringList(value['@type']) : [];
  return types.some((type) => type === 'tm:ThingModel' || type === 'ThingModel') ? 'tm' : 'td';
}

function report(kind: DocumentKind, all: readonly Finding[]): ValidationReport {
  const findings = [
    ...all.filter(({ severity }) => severity === 'error'),
    ...all.filter(({ severity }) => severity === 'warning'),
  ].slice(0, maxFindings);
  const [worst] = findings;
  return { kind, verdict: worst === undefined ? 'valid' : verdicts[worst.severity], findings };
}

const verdicts = { error: 'invalid', warning: 'warning' } as const;
