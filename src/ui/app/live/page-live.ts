import { at } from '../api/api.ts';
import { nextFrame } from './beat.ts';
import { LiveClient } from './live-client.ts';
import { pageClock } from './page-clock.ts';
import { followPage } from './page-presence.ts';

let client: LiveClient | undefined;

/** The client of this tab, which begins when it is first asked for. */
export function pageLive(): LiveClient {
  client ??= open();
  return client;
}

function open(): LiveClient {
  const url = new URL(at('things'), location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const opened = new LiveClient({ url: url.href, clock: pageClock, frame: nextFrame });
  opened.wake();
  followPage(opened, pageClock);
  return opened;
}
