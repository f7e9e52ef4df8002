import type { EventHandler, PropertyHandler } from '../contracts/definition.ts';
import type { Unsubscribe } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import { handlerFailed } from './handler-call.ts';

/** An affordance that may want to know whether anybody watches it. */
interface Watched {
  readonly what: string;
  readonly handler: Pick<PropertyHandler, 'observed' | 'unobserved'> & EventHandler;
}

const counts = new WeakMap<Watched, number>();

/** Tells handlers when their first watcher comes, and when the last one has gone; a hook that throws is the Thing's bug and not the watcher's. */
export function tellHandlers(watched: readonly Watched[], stop: Unsubscribe, logger: Logger): Unsubscribe {
  for (const each of watched) if (count(each, 1) === 1) tell(each, ['subscribed', 'observed'], logger);
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    stop();
    for (const each of watched) if (count(each, -1) === 0) tell(each, ['unsubscribed', 'unobserved'], logger);
  };
}

function count(watched: Watched, change: 1 | -1): number {
  const watchers = (counts.get(watched) ?? 0) + change;
  counts.set(watched, watchers);
  return watchers;
}

function tell(
  { handler, what }: Watched,
  hooks: readonly (keyof Watched['handler'])[],
  logger: Logger,
): void {
  try {
    for (const hook of hooks) handler[hook]?.();
  } catch (error) {
    handlerFailed(error, `a subscription hook of ${what}`, { logger });
  }
}
