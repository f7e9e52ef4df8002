import type { Clock, Timer } from '../../../contracts/clock.ts';
import type { LiveClient } from './live-client.ts';

/** Milliseconds a tab may be hidden before it wants nothing any more. */
const hiddenFor = 30_000;

/** Connects at once when the network is back or the tab is seen again, pauses while it is hidden; returns what ends that. */
export function followPage(client: LiveClient, clock: Clock): () => void {
  const ended = new AbortController();
  let hiding: Timer | undefined;
  const isHidden = () => document.visibilityState === 'hidden';
  const seen = () => {
    hiding?.cancel();
    if (isHidden()) hiding = clock.after(hiddenFor, () => client.pause());
    else client.wake();
  };
  document.addEventListener('visibilitychange', seen, ended);
  addEventListener('online', () => isHidden() || client.wake(), ended);
  addEventListener('offline', () => isHidden() || client.drop(), ended);
  return () => {
    ended.abort();
    hiding?.cancel();
  };
}
