import type { Language } from '../language/language.tsx';

/** What groups digits for a reader: `1,500` is a thousand times what a computer takes it for. */
const grouped = { en: /^[+-]?[1-9]\d{0,2},\d{3}$/, de: /^[+-]?[1-9]\d{0,2}\.\d{3}$/ } as const;

/** The number that a reader typed, with a point or a comma; what is none, or may be another one, stays text, '' is no value. */
export function numberOfText(text: string, language: Language): number | string | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (grouped[language].test(typed)) return text;
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(typed)) return text;
  const number = Number(typed.replace(',', '.'));
  // More digits than a number holds would be changed by sending.
  const isExact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
  return isExact ? number : text;
}

/** A number as it stands in an input: no grouping, all of its digits. */
export function textOfNumber(value: unknown, language: string): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : '';
  return language === 'de' ? String(value).replace('.', ',') : String(value);
}

/** Without what binary fractions leave behind; whole numbers have none, however long they are. */
export function withoutDust(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}

/** The value one step further, without the dust of binary fractions, not beyond the bounds it is within. */
export function stepped(
  value: unknown,
  by: number,
  { minimum, maximum }: { readonly minimum?: number; readonly maximum?: number },
): number {
  if (typeof value !== 'number') return minimum ?? 0;
  const next = withoutDust(value + by);
  if (by > 0 && maximum !== undefined && next > maximum) return Math.max(value, maximum);
  if (by < 0 && minimum !== undefined && next < minimum) return Math.min(value, minimum);
  return next;
}
