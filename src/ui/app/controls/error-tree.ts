import type { ErrorSchema } from '@rjsf/utils';
import type { Fault } from '../../../contracts/errors.ts';
import { pointerNames } from '../../../td/json-pointer.ts';

interface Placed {
  readonly names: readonly string[];
  readonly detail: string;
}

/** Faults where RJSF looks for them: in `__errors` of the members that their pointers lead to. */
export function errorTree(faults: readonly Fault[]): ErrorSchema {
  return treeOf(faults.map(({ pointer, detail }) => ({ names: pointerNames(pointer), detail })));
}

function treeOf(faults: readonly Placed[]): ErrorSchema {
  const own = faults.filter(({ names }) => names.length === 0).map(({ detail }) => detail);
  const below = new Map<string, Placed[]>();
  for (const {
    names: [name, ...names],
    detail,
  } of faults) {
    if (name !== undefined) below.set(name, [...(below.get(name) ?? []), { names, detail }]);
  }
  const members = [...below].map(([name, placed]) => [name, treeOf(placed)] as const);
  return { ...Object.fromEntries(members), ...(own.length > 0 && { __errors: own }) } as ErrorSchema;
}
