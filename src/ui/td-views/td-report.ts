import { type ValidationReport, validateTd } from '../../td/validate.ts';
import type { Finding } from '../../td/validation/finding.ts';
import { placesOf, type Span, type TextPlace } from '../../td/validation/json-text.ts';
import type { Light, TdFinding, TdReport } from '../page-data.ts';
import { fixesOf, type PlacedText, pointersOf } from './text-edits.ts';

/** Validates the text of a TD or Thing Model, and says of each finding where in the text it is and what mends it. */
export function tdReport(text: string): TdReport {
  const report = validateTd(text);
  const readable = isReadable(report);
  const places = readable ? placesOf(text, report.findings.flatMap(pointersOf)) : new Map();
  const lineOf = lineFinder(text);
  const findings = report.findings.map((finding) => located(finding, { text, places }, lineOf));
  return { kind: report.kind, lights: lightsOf(findings, readable), findings };
}

const unreadable = ['td-json-open', 'td-json-open_utf-8', 'nesting'];
const ofSchema = [
  'schema',
  'td-context',
  'td-security-scheme-name',
  'td-security-combo-exclusive-oneof-or-alloff',
  'sec-security-vocab-auto-in-no-name',
  'tm-versioning-2',
];

function isReadable({ findings }: ValidationReport): boolean {
  return !findings.some(({ rule }) => unreadable.includes(rule));
}

function located(finding: Finding, placed: PlacedText, lineOf: (offset: number) => number): TdFinding {
  const { severity, rule, message, hint, pointer, at } = finding;
  const span = at === undefined ? spanOf(placed.text, placed.places.get(pointer)) : spanAt(placed.text, at);
  return {
    severity,
    of: kindOf(rule),
    rule,
    message,
    hint,
    pointer,
    ...span,
    line: lineOf(span.from),
    fixes: fixesOf(finding, placed),
  };
}

function kindOf(rule: string): TdFinding['of'] {
  if (rule === 'unique-names' || unreadable.includes(rule)) return 'json';
  return ofSchema.includes(rule) ? 'schema' : 'semantics';
}

/** Of an object or array its name, or its bracket; to mark all of it would hide where it is. */
function spanOf(text: string, place: TextPlace | undefined): Span {
  const { name, value } = place ?? { name: undefined, value: { from: 0, to: text.length } };
  const isNested = place === undefined || '{['.includes(text.charAt(value.from));
  return isNested ? (name ?? spanAt(text, value.from)) : value;
}

/** A name or string, or one character; the last one where the text is at its end. */
function spanAt(text: string, at: number): Span {
  const token = /"(?:[^"\\\n]|\\.)*"/y;
  token.lastIndex = at;
  if (token.test(text)) return { from: at, to: token.lastIndex };
  const from = Math.max(0, Math.min(at, text.trimEnd().length - 1));
  return { from, to: Math.min(from + 1, text.length) };
}

function lightsOf(findings: readonly TdFinding[], readable: boolean): TdReport['lights'] {
  const light = (of: TdFinding['of']): Light => {
    const severities = findings.filter((finding) => finding.of === of).map(({ severity }) => severity);
    if (severities.includes('error')) return 'invalid';
    return severities.length > 0 ? 'warning' : 'valid';
  };
  const json = light('json');
  if (!readable) return { json, schema: 'unknown', semantics: 'unknown' };
  return { json, schema: light('schema'), semantics: light('semantics') };
}

/** Tells the line of an offset, from 1. */
function lineFinder(text: string): (offset: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (offset) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
