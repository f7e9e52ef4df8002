import type { DataSchema } from '../../../contracts/td.ts';

const formats = new Map<string, Intl.NumberFormat>();

/** A number in the reader's language, with as many digits as its `multipleOf` has, else as many as tell something. */
export function numberText(value: number, schema: DataSchema, language: string): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) {
    return cached(language, { notation: 'scientific', maximumSignificantDigits: 6 }).format(value);
  }
  const digits = decimals(schema.multipleOf);
  // What does not keep to the step is shown as it is.
  if (digits !== undefined && Number(value.toFixed(digits)) === value) {
    return cached(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }
  return cached(language, size >= 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 4 }).format(
    value,
  );
}

/** Digits after the point of a step: 2 for 0.05; undefined for no step and for steps too fine to matter. */
function decimals(step: unknown): number | undefined {
  if (typeof step !== 'number' || !(step > 0)) return undefined;
  const digits = [0, 1, 2, 3, 4, 5, 6].find((candidate) => Number(step.toFixed(candidate)) === step);
  return digits;
}

function cached(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(language, options);
  formats.set(key, format);
  return format;
}
