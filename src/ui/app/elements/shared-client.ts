import { nextFrame } from '../live/beat.ts';
import { LiveClient } from '../live/live-client.ts';
import { pageClock } from '../live/page-clock.ts';
import { followPage } from '../live/page-presence.ts';
import { Users } from '../live/users.ts';

interface Shared {
  readonly client: LiveClient;
  readonly users: Users;
}

const shared = new Map<string, Shared>();

/** The client of an endpoint, the same for all elements of a page, connected until the signals of all have aborted. */
export function sharedClient(endpoint: string, signal: AbortSignal): LiveClient {
  const known = shared.get(endpoint) ?? open(endpoint);
  shared.set(endpoint, known);
  signal.addEventListener('abort', known.users.add());
  return known.client;
}

function open(url: string): Shared {
  const client = new LiveClient({ url, clock: pageClock, frame: nextFrame });
  let unfollow = (): void => {};
  const enter = () => {
    client.wake();
    unfollow = followPage(client, pageClock);
  };
  const leave = () => {
    unfollow();
    client.pause();
  };
  return { client, users: new Users(pageClock, enter, leave) };
}
