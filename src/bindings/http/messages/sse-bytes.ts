import type { Change } from '../../../contracts/interaction.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import { eventName } from '../client/sse-parser.ts';

/** A comment, so that the head leaves at once. */
export const greeting = Buffer.from(': \n');
export const heartbeatBytes = Buffer.from(': \n\n');
/** Tells the reader not to come back: a stream that just closes is opened again. */
export const endBytes = Buffer.from('event: $end\ndata:\n\n');

const encoded = new WeakMap<Change, Buffer>();
/** A change goes to all its streams in a row. */
let newest: { readonly change: Change; readonly bytes: Buffer } | undefined;

/** A change as an event, encoded once for all its streams and for who is caught up from the ring: what waits for slow readers is shared. */
export function eventBytes(change: Change): Buffer {
  if (newest?.change === change) return newest.bytes;
  const bytes = encoded.get(change) ?? eventOf(change, `id: ${idToTimestamp(change.id)}\n`);
  encoded.set(change, bytes);
  newest = { change, bytes };
  return bytes;
}

/** The same without its id: the reader must not resume after it. */
export function idlessBytes(change: Change): Buffer {
  return eventOf(change, '');
}

function eventOf({ name, data }: Change, idLine: string): Buffer {
  // An event without data sends an empty data line, which dispatches it.
  const payload = data === undefined ? '' : JSON.stringify(data);
  return Buffer.from(`event: ${eventName(name)}\n${idLine}data: ${payload}\n\n`);
}

/** Sets the reader's last event id without an event (WHATWG HTML section 9.2.6). */
export function positionBytes(id: number): Buffer {
  return Buffer.from(`id: ${idToTimestamp(id)}\n\n`);
}

/** What was lost lies between `after`, as the reader named it, and an id. */
export function gapBytes(after: string, resumesAt: number): Buffer {
  const data = { after, resumesAt: idToTimestamp(resumesAt) };
  return Buffer.from(`event: $gap\ndata: ${JSON.stringify(data)}\n\n`);
}
