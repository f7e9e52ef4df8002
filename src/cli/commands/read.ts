import { exitCodes, printValue } from '../output.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

/** Prints the value of a property, or of all. */
export async function read(
  [thing = '', property]: readonly string[],
  options: ThingOptions,
): Promise<number> {
  const value = await withThing(thing, options, (consumed) =>
    property === undefined
      ? consumed.readAll(callOptions(options))
      : affordance(consumed, 'properties', property).read(callOptions(options)),
  );
  printValue(value, options.json === true);
  return exitCodes.ok;
}
