import { printChanges, type Stream } from '../print-changes.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

interface Subscribable {
  subscribe(options: object): Stream;
}

/** Prints the events of a Thing, one or all, as they come. */
export function subscribe(
  [thing = '', event]: readonly string[],
  options: ThingOptions & { readonly count?: string },
): Promise<number> {
  return withThing(thing, options, (consumed) => {
    const changes =
      event === undefined
        ? (consumed.subscribeAll(callOptions(options)) as unknown as Stream)
        : affordance<Subscribable>(consumed, 'events', event).subscribe(callOptions(options));
    return printChanges(changes, options);
  });
}
