import { exitCodes } from '../output.ts';
import { affordance, callOptions, parseValue, type ThingOptions, withThing } from '../thing-argument.ts';

interface Writable {
  write(value: unknown, options: object): Promise<void>;
}

/** Writes a property; prints nothing. */
export async function write(
  [thing = '', property = '', value = '']: readonly string[],
  options: ThingOptions,
): Promise<number> {
  await withThing(thing, options, (consumed) =>
    affordance<Writable>(consumed, 'properties', property).write(parseValue(value), callOptions(options)),
  );
  return exitCodes.ok;
}
