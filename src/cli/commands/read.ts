import { declaredContent } from '../../td/declared-content.ts';
import { ownMember } from '../../td/json-object.ts';
import { exitCodes, printValue } from '../output.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

/** Prints the value of a property, or of all. */
export async function read(
  [thing = '', property]: readonly string[],
  options: ThingOptions,
): Promise<number> {
  await withThing(thing, options, async (consumed) => {
    const value =
      property === undefined
        ? await consumed.readAll(callOptions(options))
        : await affordance(consumed, 'properties', property).read(callOptions(options));
    const { output } = declaredContent(ownMember(consumed.td.properties, property ?? '') ?? {});
    printValue(value, options.json === true, output);
  });
  return exitCodes.ok;
}
