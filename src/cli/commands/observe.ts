import { printChanges, type Stream } from '../print-changes.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

interface Observable {
  observe(options: object): Stream;
}

/** Prints the present value of a property, or of all, then every change. */
export function observe(
  [thing = '', property]: readonly string[],
  options: ThingOptions & { readonly count?: string },
): Promise<number> {
  return withThing(thing, options, (consumed) => {
    const changes =
      property === undefined
        ? (consumed.observeAll(callOptions(options)) as unknown as Stream)
        : affordance<Observable>(consumed, 'properties', property).observe(callOptions(options));
    return printChanges(changes, options);
  });
}
