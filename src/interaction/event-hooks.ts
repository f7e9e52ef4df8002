import type { Unsubscribe } from '../contracts/interaction.ts';
import type { Logger } from '../contracts/logger.ts';
import { handlerFailed } from './handler-call.ts';
import type { HostedEvent } from './hosted-affordances.ts';

/** Tells the handlers of events that a subscriber came, and once that it went; a hook that throws is the Thing's bug and not the subscriber's. */
export function tellHandlers(events: readonly HostedEvent[], stop: Unsubscribe, logger: Logger): Unsubscribe {
  const tell = (hook: 'subscribed' | 'unsubscribed') => {
    for (const { handler, what } of events) {
      try {
        handler[hook]?.();
      } catch (error) {
        handlerFailed(error, `a subscription hook of ${what}`, logger);
      }
    }
  };
  tell('subscribed');
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    stop();
    tell('unsubscribed');
  };
}
