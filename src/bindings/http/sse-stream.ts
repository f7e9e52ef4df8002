import type { Change, Gap, Interactions, Subscriber, Unsubscribe } from '../../contracts/interaction.ts';
import { idToTimestamp, timestampToId } from '../../interaction/change-ids.ts';
import { pacedSubscriber } from '../../interaction/paced-subscriber.ts';
import type { ServerExchange } from './server-exchange.ts';

/** Bytes waiting for a slow reader; beyond, it is caught up from the replay ring when it has read them. */
const highWater = 1024 * 1024;

/** Which changes a stream carries, and how it subscribes to them. */
export interface SseSource {
  readonly interactions: Interactions;
  wanted(change: Change): boolean;
  subscribe(subscriber: Subscriber, after: number | undefined): Promise<Unsubscribe>;
}

/** All open streams of a server: one heartbeat for all. */
export class SseStreams {
  readonly #open = new Set<ServerExchange['response']>();

  /** Keeps proxies and readers from taking silence for death (WHATWG HTML section 9.2.7). */
  heartbeat(): void {
    for (const response of this.#open) response.write(': \n\n');
  }

  /** Serves one stream until the peer goes or the Thing does; fails before the head is sent where subscribing fails. */
  async serve(exchange: ServerExchange, source: SseSource): Promise<void> {
    const { request, response } = exchange;
    const lines: string[] = [];
    let write = (text: string): unknown => lines.push(text);
    const subscriber = pacedSubscriber({
      ready: () => response.writableLength < highWater,
      change: (change) => write(eventText(change)),
      gap: (gap) => write(gapText(gap)),
      ended: () => response.end(),
      replay: (after) => source.interactions.replay(after, exchange),
      wanted: source.wanted,
    });
    const unsubscribe = await source.subscribe(subscriber, lastEventId(request.headers['last-event-id']));
    response.once('close', () => {
      this.#open.delete(response);
      unsubscribe();
    });
    response.on('drain', () => subscriber.resume());
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    write = (text) => response.write(text);
    // The comment makes the head leave at once, also where there is nothing to tell yet.
    response.write(`: \n\n${lines.join('')}`);
    this.#open.add(response);
  }
}

function eventText({ id, name, data }: Change): string {
  // An event without data sends an empty data line, which dispatches it.
  const payload = data === undefined ? '' : JSON.stringify(data);
  return `event: ${oneLine(name)}\nid: ${idToTimestamp(id)}\ndata: ${payload}\n\n`;
}

function gapText({ after, resumesAt }: Gap): string {
  const data = { after: idToTimestamp(after), resumesAt: idToTimestamp(resumesAt) };
  return `event: $gap\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A name cannot end its line. */
function oneLine(name: string): string {
  return name.replaceAll(/[\r\n]/g, ' ');
}

function lastEventId(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' ? timestampToId(header) : undefined;
}
