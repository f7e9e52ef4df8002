import type { ConsumedChange } from '../consumer/change-queue.ts';
import { exitCodes, print } from './output.ts';

/** A subscription whose types are known only at run time. */
export interface Stream {
  changes(): AsyncIterable<ConsumedChange<unknown> & { readonly name?: string }>;
}

/** Prints changes, one a line, until they end or `count` is reached; a gap goes to stderr. */
export async function printChanges(
  stream: Stream,
  { json = false, count }: { readonly json?: boolean; readonly count?: string },
): Promise<number> {
  let left = count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  for await (const change of stream.changes()) {
    if (json) print(JSON.stringify(change));
    else print(asLine(change));
    left -= 1;
    if (left <= 0) break;
  }
  return exitCodes.ok;
}

function asLine({
  name,
  value,
  timestamp,
  gap,
}: ConsumedChange<unknown> & { readonly name?: string }): string {
  const time = timestamp === undefined ? [] : [timestamp];
  const lost = gap === undefined ? [] : ['(changes before this were lost)'];
  return [
    ...time,
    ...(name === undefined ? [] : [name]),
    value === undefined ? '' : JSON.stringify(value),
    ...lost,
  ]
    .filter((part) => part !== '')
    .join('  ');
}
