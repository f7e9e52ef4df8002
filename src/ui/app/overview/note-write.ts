import { keep, kept } from '../kept.ts';

const stored = 'thingwright-wrote';

/** The reader has changed a value, once at least. */
export function noteWrite(): void {
  keep(stored, 'yes');
}

export function hasWritten(): boolean {
  return kept(stored) !== undefined;
}
