import { nextFrame } from '../live/beat.ts';
import { LiveClient } from '../live/live-client.ts';
import { pageClock } from '../live/page-clock.ts';
import { followPage } from '../live/page-presence.ts';

interface Shared {
  readonly client: LiveClient;
  users: number;
  end(): void;
}

const shared = new Map<string, Shared>();
/** Milliseconds that a connection nobody uses stays open: a page that moves its elements keeps it. */
const grace = 2000;

/** The client of an endpoint, the same for all elements of a page until the signal aborts. */
export function sharedClient(endpoint: string, signal: AbortSignal): LiveClient {
  const known = shared.get(endpoint) ?? open(endpoint);
  shared.set(endpoint, known);
  known.users += 1;
  signal.addEventListener('abort', () => {
    known.users -= 1;
    pageClock.after(grace, () => close(endpoint, known));
  });
  return known.client;
}

function open(endpoint: string): Shared {
  const client = new LiveClient({ url: endpoint, clock: pageClock, frame: nextFrame });
  client.wake();
  return { client, users: 0, end: followPage(client, pageClock) };
}

function close(endpoint: string, known: Shared): void {
  if (known.users > 0 || shared.get(endpoint) !== known) return;
  shared.delete(endpoint);
  known.end();
  known.client.pause();
}
