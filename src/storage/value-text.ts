import { WotError } from '../contracts/errors.ts';

/** The JSON text of a value to keep; fails with `internal` VALUE_NOT_STORABLE. */
export function valueText(value: unknown): string {
  let cause: unknown;
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (error) {
    cause = error;
  }
  throw new WotError('internal', 'VALUE_NOT_STORABLE', 'Only JSON values can be stored.', { cause });
}
