import type { ErrorSchema } from '@rjsf/utils';
import type { Fault } from '../../../contracts/errors.ts';

/** Faults where RJSF looks for them: in `__errors` of the members that their pointers lead to. */
export function errorTree(faults: readonly Fault[]): ErrorSchema {
  const byMember = new Map<string, Fault[]>();
  const own = faults.filter(({ pointer }) => pointer === '').map(({ detail }) => detail);
  for (const { pointer, detail } of faults) {
    if (!pointer.startsWith('/')) continue;
    const end = pointer.indexOf('/', 1);
    const name = pointer
      .slice(1, end < 0 ? undefined : end)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    const rest = { pointer: end < 0 ? '' : pointer.slice(end), detail };
    byMember.set(name, [...(byMember.get(name) ?? []), rest]);
  }
  const members = [...byMember].map(([name, below]) => [name, errorTree(below)] as const);
  return { ...Object.fromEntries(members), ...(own.length > 0 && { __errors: own }) } as ErrorSchema;
}
