import { exitCodes, printValue } from '../output.ts';
import { fetchDocument, type ThingOptions, tdAddress } from '../thing-argument.ts';

/** Prints the TD of a Thing as it is served. */
export async function td([thing = '']: readonly string[], options: ThingOptions): Promise<number> {
  printValue(await fetchDocument(tdAddress(thing, options), options), options.json === true);
  return exitCodes.ok;
}
