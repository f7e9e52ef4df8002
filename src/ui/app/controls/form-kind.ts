import type { Fault } from '../../../contracts/errors.ts';
import type { DataSchema } from '../../../contracts/td.ts';
import { controlFor } from './control-for.ts';

/** What is within a form. */
export interface FormBodyProps {
  readonly schema: DataSchema;
  readonly value: unknown;
  readonly faults: readonly Fault[];
  change(value: unknown): void;
}

/** One input; a few plain ones; members within members; JSON where a schema says too little for any of these, and for tuples. */
type FormKind = 'leaf' | 'flat' | 'nested' | 'json';

const mostFlat = 12;

/** The form of a sound DataSchema. */
export function formKind(schema: DataSchema): FormKind {
  if (controlFor(schema).as !== 'data') return 'leaf';
  if (schema.oneOf || (schema.type === 'array' && schema.items && !Array.isArray(schema.items)))
    return 'nested';
  const members = Object.values(schema.properties ?? {});
  if (members.length === 0) return 'json';
  const isFlat = members.length <= mostFlat && members.every((member) => controlFor(member).as !== 'data');
  return isFlat ? 'flat' : 'nested';
}
