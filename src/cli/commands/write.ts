import { parseValue } from '../option-values.ts';
import { exitCodes } from '../output.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

/** Writes a property; prints nothing. */
export async function write(
  [thing = '', property = '', value = '']: readonly string[],
  options: ThingOptions,
): Promise<number> {
  await withThing(thing, options, (consumed) =>
    affordance(consumed, 'properties', property).write(parseValue(value), callOptions(options)),
  );
  return exitCodes.ok;
}
