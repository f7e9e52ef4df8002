import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject } from '../../../td/json-object.ts';
import { controlFor } from './control-for.ts';

/** What a form begins with: constants, defaults, required objects, and the first of required alternatives; of a sound DataSchema. */
export function startingValue(schema: DataSchema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (controlFor(schema).as !== 'data') return undefined;
  const first = schema.oneOf?.[0] && startingValue(schema.oneOf[0]);
  if (schema.type !== 'object') return first;
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const isWanted = schema.required?.includes(name) || isPlain(member);
    const value = isWanted ? startingValue(member) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(isJsonObject(first) && first), ...Object.fromEntries(members) };
}

function isPlain(member: DataSchema): boolean {
  return member.default !== undefined || controlFor(member).as !== 'data';
}
