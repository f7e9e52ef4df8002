import type { Problem } from '../../../contracts/errors.ts';

/** Why a value was refused, in one sentence. */
export function reasonOf({ errors, detail, title }: Problem): string {
  return errors?.find(({ pointer }) => pointer === '')?.detail ?? detail ?? title;
}
