import { checkTdShape } from '../../consumer/td-shape.ts';
import { exitCodes, printValue } from '../output.ts';
import { fetchDocument, type ThingOptions, tdAddress } from '../thing-argument.ts';

/** Prints the TD of a Thing as it is served; WotError `invalid` TD_INVALID where it is none. */
export async function td([thing = '']: readonly string[], options: ThingOptions): Promise<number> {
  const address = tdAddress(thing, options);
  printValue(checkTdShape(await fetchDocument(address, options), address), options.json === true);
  return exitCodes.ok;
}
