import process from 'node:process';
import type { Invocation } from '../../consumer/invocation.ts';
import { WotError } from '../../contracts/errors.ts';
import { parseValue } from '../option-values.ts';
import { exitCodes, notice, printValue } from '../output.ts';
import { affordance, callOptions, type ThingOptions, withThing } from '../thing-argument.ts';

interface InvokeOptions extends ThingOptions {
  /** False with --no-wait. */
  readonly wait?: boolean;
}

/** Invokes an action and prints its output; an asynchronous one is followed to its end, or until --timeout. */
export async function invoke(
  [thing = '', action = '', input]: readonly string[],
  options: InvokeOptions,
): Promise<number> {
  const output = await withThing(thing, options, async (consumed) => {
    const given = input === undefined ? undefined : parseValue(input);
    const call = { ...callOptions(options), signal: limit(action, options) };
    const result = await affordance(consumed, 'actions', action).invoke(given, call);
    if (consumed.td.actions?.[action]?.synchronous !== false) return result;
    const { id, href } = result as Invocation<unknown>;
    return options.wait === false ? { id, href } : followed(result as Invocation<unknown>);
  });
  printValue(output, options.json === true);
  return exitCodes.ok;
}

/** Waits for the output; who ends the waiting is told where the action goes on. */
async function followed(invocation: Invocation<unknown>): Promise<unknown> {
  const interrupt = (): void => notice(goesOn(invocation));
  process.once('SIGINT', interrupt);
  try {
    return await invocation.result;
  } catch (error) {
    if (error instanceof WotError && error.kind === 'timeout') notice(goesOn(invocation));
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function goesOn({ id, href }: Invocation<unknown>): string {
  return `The action goes on${href === undefined ? '' : ` at ${href}`}${id === undefined ? '' : ` (id ${id})`}.`;
}

/** Ends the whole of an invocation, not each of its requests alone. */
function limit(action: string, { timeout }: InvokeOptions): AbortSignal {
  const late = new AbortController();
  const message = `The action ${JSON.stringify(action)} did not end within ${timeout} ms; allow more with --timeout.`;
  const expire = () => late.abort(new WotError('timeout', 'ACTION_TIMEOUT', message));
  if (timeout !== undefined) setTimeout(expire, timeout).unref();
  return late.signal;
}
