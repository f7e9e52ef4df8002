import type { Load, LoadResult } from '../bench-messages.ts';
import { fanOutLoad } from './fan-out-load.ts';

/** Receives events as server-sent events. */
export function sseLoad(load: Load): Promise<LoadResult> {
  const { pathname, host } = new URL(load.target.url);
  const opening = Buffer.from(
    `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`,
  );
  return fanOutLoad(load, { opening, counter: blockCounter });
}

const lineFeed = 10;

/** An event or comment ends with an empty line. */
function blockCounter(): (chunk: Buffer) => number {
  let afterLine = false;
  return (chunk) => {
    let count = afterLine && chunk[0] === lineFeed ? 1 : 0;
    for (let at = chunk.indexOf('\n\n'); at >= 0; at = chunk.indexOf('\n\n', at + 2)) count++;
    afterLine = chunk.at(-1) === lineFeed;
    return count;
  };
}
