import type { Value } from '../contracts/interaction.ts';

/** A copy that its giver cannot change any more; plain data only. */
export function copyOf(value: Value): Value {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}
