import { WotError } from '../../../contracts/errors.ts';

/** The media type of an event stream (WHATWG HTML section 9.2.5). */
export const eventStream = 'text/event-stream';

/** One dispatched event; `event` is `message` and `id` empty where the stream names none. */
export interface SseMessage {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

export interface SseHandlers {
  message(message: SseMessage): void;
  /** Where to resume after, without an event. */
  position?(id: string): void;
  /** The server's wish for the reconnection time, in milliseconds. */
  retry?(milliseconds: number): void;
  /** A line that says nothing but that the server lives. */
  comment?(): void;
}

/**
 * Reads an event stream chunk by chunk (HTML Living Standard section 9.2.6) and ignores ids with control characters; returns the function that takes the bytes.
 * It throws `too-large` EVENT_TOO_LARGE when one line or one event's data passes `limit` characters.
 */
export function sseParser(handlers: SseHandlers, limit = 64 * 1024 * 1024): (bytes: Uint8Array) => void {
  let event = '';
  let data: string[] = [];
  let size = 0;
  let id = '';
  let moved = false;

  function field(name: string, value: string): void {
    if (name === 'event') event = value;
    else if (name === 'data') addData(value);
    else if (name === 'id' && !/\p{Cc}/u.test(value))
      setId(value); // no header could carry it back
    else if (name === 'retry' && /^\d+$/.test(value)) handlers.retry?.(Number(value));
  }

  function setId(value: string): void {
    id = value;
    moved = true;
  }

  function addData(value: string): void {
    data.push(value);
    size = bounded(size + value.length + 1, limit);
  }

  function dispatch(): void {
    const message = { event: event || 'message', data: data.join('\n'), id };
    const told = data.length > 0;
    event = '';
    data = [];
    size = 0;
    if (told) handlers.message(message);
    else if (moved) handlers.position?.(id);
    moved = false;
  }

  return lineReader(limit, (line) => {
    const colon = line.indexOf(':');
    if (line === '') dispatch();
    else if (colon < 0) field(line, '');
    else if (colon === 0) handlers.comment?.();
    else field(line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1));
  });
}

/** Cuts a UTF-8 stream into lines, which end with CR, LF or CRLF; what follows the last line end is kept back. */
function lineReader(limit: number, onLine: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder(); // drops one byte order mark, replaces malformed bytes
  let unfinished: string[] = [];
  let size = 0;
  let afterCr = false;
  return (bytes) => {
    const decoded = decoder.decode(bytes, { stream: true });
    if (decoded === '') return;
    const text = afterCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded; // the LF of a divided CRLF
    afterCr = decoded.endsWith('\r');
    for (const [index, part] of text.split(/\r\n|\r|\n/).entries()) {
      if (index > 0) {
        const line = unfinished.join('');
        unfinished = [];
        size = 0;
        onLine(line);
      }
      unfinished.push(part);
      size = bounded(size + part.length, limit);
    }
  };
}

function bounded(size: number, limit: number): number {
  if (size <= limit) return size;
  throw new WotError(
    'too-large',
    'EVENT_TOO_LARGE',
    `The event stream holds an event of more than ${limit} characters, where the subscription ends; raise the client's maxBody, or have the Thing send less.`,
  );
}

/** The name of an affordance as it stands on a line of an event stream, which it cannot end. */
export function eventName(name: string): string {
  return name.replaceAll(/[\r\n]/g, ' ');
}
