import type { Invocation } from '../../consumer/invocation.ts';
import { exitCodes, printValue } from '../output.ts';
import { affordance, callOptions, parseValue, type ThingOptions, withThing } from '../thing-argument.ts';

interface InvokeOptions extends ThingOptions {
  /** False with --no-wait. */
  readonly wait?: boolean;
}

interface Invocable {
  invoke(input: unknown, options: object): Promise<unknown>;
}

/** Invokes an action and prints its output; an asynchronous one is followed to its end. */
export async function invoke(
  [thing = '', action = '', input]: readonly string[],
  options: InvokeOptions,
): Promise<number> {
  const output = await withThing(thing, options, async (consumed) => {
    const invocable = affordance<Invocable>(consumed, 'actions', action);
    const given = input === undefined ? undefined : parseValue(input);
    const result = await invocable.invoke(given, callOptions(options));
    if (!isInvocation(consumed.td.actions?.[action]?.synchronous, result)) return result;
    return options.wait === false ? { id: result.id, href: result.href } : result.result;
  });
  printValue(output, options.json === true);
  return exitCodes.ok;
}

function isInvocation(synchronous: boolean | undefined, result: unknown): result is Invocation<unknown> {
  return synchronous === false || (typeof result === 'object' && result !== null && 'cancel' in result);
}
