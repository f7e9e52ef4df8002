import type { DataSchema } from '../../../contracts/td.ts';
import { cachedFormat } from './cached-format.ts';

const numberFormat = cachedFormat(Intl.NumberFormat);

/** A number in the reader's language, with as many digits as its `multipleOf` has, else as many as tell something. */
export function numberText(value: number, schema: DataSchema, language: string): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) {
    return numberFormat(language, { notation: 'scientific', maximumSignificantDigits: 6 }).format(value);
  }
  const digits = decimals(schema.multipleOf);
  // What does not keep to the step is shown as it is.
  if (digits !== undefined && Number(value.toFixed(digits)) === value) {
    return numberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
      value,
    );
  }
  return numberFormat(
    language,
    size >= 1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 4 },
  ).format(value);
}

/** Digits after the point of a step: 2 for 0.05; undefined for no step and for steps too fine to matter. */
function decimals(step: unknown): number | undefined {
  if (typeof step !== 'number' || !(step > 0)) return undefined;
  return [0, 1, 2, 3, 4, 5, 6].find((digits) => Number(step.toFixed(digits)) === step);
}
