import { type Finding, type Fix, shown } from '../../td/validation/finding.ts';
import { readJsonText, type TextPlace } from '../../td/validation/json-text.ts';
import type { TdFix, TextEdit } from '../page-data.ts';
import { nearest } from './nearest.ts';

/** How many values a fix offers in the place of one. */
const maxChoices = 3;

/** A text and where its values stand. */
export interface PlacedText {
  readonly text: string;
  readonly places: ReadonlyMap<string, TextPlace>;
}

/** The pointers whose places `fixesOf` needs. */
export function pointersOf({ pointer, fix }: Finding): readonly string[] {
  return fix?.do === 'add' && fix.pointer !== undefined ? [pointer, fix.pointer] : [pointer];
}

/** The fixes of a finding as changes of its text. */
export function fixesOf({ pointer, fix, at }: Finding, placed: PlacedText): readonly TdFix[] {
  const place = placed.places.get(fix?.do === 'add' ? (fix.pointer ?? pointer) : pointer);
  if (fix === undefined) return at === undefined ? [] : syntaxFixes(placed.text, at);
  // Of a name that stands several times only the last one is at its pointer.
  if (place === undefined || (at !== undefined && at !== place.name?.from)) return [];
  if (fix.do === 'remove')
    return pointer === '' ? [] : [{ do: 'remove', what: '', edit: removal(placed.text, place) }];
  if (fix.do === 'replace') return replacements(fix.values, placed.text, place);
  const edit = addition(placed.text, place, fix);
  return edit === undefined ? [] : [{ do: 'add', what: fix.name, edit }];
}

function replacements(values: readonly unknown[], text: string, { value }: TextPlace): readonly TdFix[] {
  const present = text.slice(value.from, value.to);
  return nearest(values, present, maxChoices).map((each) => ({
    do: 'replace',
    what: shown(each),
    edit: { ...value, insert: oneLine(each) },
  }));
}

/** Puts a member first into an object, on a line of its own where the others are. */
function addition(
  text: string,
  { value: { from } }: TextPlace,
  { name, value }: Extract<Fix, { readonly do: 'add' }>,
): TextEdit | undefined {
  if (text[from] !== '{') return undefined;
  const [gap = ''] = text.slice(from + 1).match(/^[ \t\r\n]*/) ?? [];
  const isEmpty = text[from + 1 + gap.length] === '}';
  const [, indent] = gap.match(/\n([ \t]*)$/) ?? [];
  const member = `${JSON.stringify(name)}: `;
  const at = { from: from + 1, to: from + 1 };
  if (indent === undefined) return { ...at, insert: ` ${member}${oneLine(value)}${isEmpty ? ' ' : ','}` };
  const own = isEmpty ? `${indent}  ` : indent;
  const lines = JSON.stringify(value, null, 2).replaceAll('\n', `\n${own}`);
  return { ...at, insert: `\n${own}${member}${lines}${isEmpty ? '' : ','}` };
}

/** Takes a member or item away with the comma after it, else before it. */
function removal(text: string, { name, value }: TextPlace): TextEdit {
  const from = name?.from ?? value.from;
  const [after = ''] = text.slice(value.to).match(/^[ \t\r\n]*,[ \t\r\n]*/) ?? [];
  if (after !== '') return { from, to: value.to + after.length, insert: '' };
  let start = from;
  while (start > 0 && ' \t\r\n'.includes(text.charAt(start - 1))) start--;
  return { from: text[start - 1] === ',' ? start - 1 : start, to: value.to, insert: '' };
}

/** Takes away a comma too much, or puts in one that is missing, where the text can be read further then. */
function syntaxFixes(text: string, at: number): readonly TdFix[] {
  const before = text.slice(0, at).trimEnd().length;
  const fix: TdFix =
    text[before - 1] === ','
      ? { do: 'remove', what: ',', edit: { from: before - 1, to: before, insert: '' } }
      : { do: 'insert', what: ',', edit: { from: before, to: before, insert: ',' } };
  const mended = text.slice(0, fix.edit.from) + fix.edit.insert + text.slice(fix.edit.to);
  const next = readJsonText(mended).findings.find(({ rule }) => rule === 'td-json-open')?.at;
  return next === undefined || next > at + 1 ? [fix] : [];
}

function oneLine(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ');
}
