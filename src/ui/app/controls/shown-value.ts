import type { PropertyAffordance } from '../../../contracts/td.ts';
import type { LiveValue } from '../live/live.ts';

/** The value to start from: what is on its way, else what is. */
export function shownValue(schema: PropertyAffordance, { state, value, requested }: LiveValue): unknown {
  if (schema.writeOnly === true) return undefined;
  return state === 'pending' ? requested : value;
}
