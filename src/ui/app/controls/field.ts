import type { DataSchema } from '../../../contracts/td.ts';

/** What every input of a value takes. `value` may be text that means no number yet; undefined is no value. */
export interface FieldProps {
  readonly label: string;
  /** The label is read out alone, where the eye has it from elsewhere. */
  readonly labelHidden?: boolean;
  readonly description?: string;
  readonly schema: DataSchema;
  readonly value: unknown;
  readonly error?: string;
  /** Empty text is a value where one is required. */
  readonly required?: boolean;
  /** What was chosen is on its way. */
  readonly busy?: boolean;
  /** `moving` while a hand still moves it. */
  change(value: unknown, moving?: boolean): void;
  /** The value is settled, as by the release of a slider. */
  commit?(value: unknown): void;
}
