import type { ConsumedChange } from '../../consumer/change-queue.ts';
import type { SubscriptionOptions } from '../../consumer/interaction-options.ts';
import { exitCodes, jsonText, notice, print } from '../output.ts';
import { type AnyThing, affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

interface WatchOptions extends ThingOptions {
  /** Stop after so many changes. */
  readonly count?: number;
}

type NamedChange = ConsumedChange<unknown> & { readonly name?: string };

interface Stream {
  changes(): AsyncIterable<NamedChange>;
}

/** Prints the present value of a property, or of all, then every change. */
export const observe = watching((thing, name, options) =>
  name === undefined ? thing.observeAll(options) : affordance(thing, 'properties', name).observe(options),
);

/** Prints the events of a Thing, one or all, as they come. */
export const subscribe = watching((thing, name, options) =>
  name === undefined ? thing.subscribeAll(options) : affordance(thing, 'events', name).subscribe(options),
);

/** Prints changes, one a line, until they end; a lost and a regained connection are told on stderr. */
function watching(open: (thing: AnyThing, name: string | undefined, options: SubscriptionOptions) => Stream) {
  return ([thing = '', name]: readonly string[], options: WatchOptions): Promise<number> =>
    withThing(thing, options, async (consumed) => {
      const stream = open(consumed, name, {
        ...callOptions(options),
        interrupted: (error) => notice(`The connection is lost, trying again: ${error.message}`),
        resumed: () => notice('The connection is back.'),
      });
      let left = options.count ?? Number.POSITIVE_INFINITY;
      for await (const change of stream.changes()) {
        print(options.json ? jsonText(change) : asLine(change));
        left -= 1;
        if (left === 0) break;
      }
      return exitCodes.ok;
    });
}

function asLine({ name, value, timestamp, gap }: NamedChange): string {
  const lost = gap && '(changes before this were lost)';
  return [timestamp, name, jsonText(value), lost].filter((part) => part !== undefined).join('  ');
}
