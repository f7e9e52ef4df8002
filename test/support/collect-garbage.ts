import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Frees all memory that nothing holds; what a WeakRef gave in this turn of the event loop stays. */
export function collectGarbage(): void {
  collect();
  collect();
}
