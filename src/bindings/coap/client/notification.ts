import { decodeContent, encodeContent } from '../../../codec/registry.ts';
import {
  type Content,
  type Notification,
  type NotificationListener,
  toChangeGap,
} from '../../../contracts/binding.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import { isJsonObject, type JsonObject, mapMembers } from '../../../td/json-object.ts';
import type { Envelope } from '../messages/coap-message.ts';
import { optionBytes, optionNumber } from '../messages/coap-option.ts';

/** What a notification carries: the data, one record with its name (shared by affordances), or a list of records (`?after=`). */
export type Representation = 'data' | 'record' | 'records';

/** Tells a listener what one notification says; a foreign payload that is no record is passed on as data. */
export function tellNotification(
  { options }: Envelope,
  content: Content | undefined,
  representation: Representation,
  listener: NotificationListener,
): void {
  const tagged = idOf(optionBytes(options, optionNumber.etag));
  const records =
    content === undefined || representation === 'data' ? undefined : recordsIn(content, representation);
  if (content === undefined || records === undefined) {
    listener.next({ ...tagged, ...(content === undefined ? {} : { content }) });
    return;
  }
  for (const record of records) {
    const { gap } = record;
    if (isJsonObject(gap)) listener.gap?.(toChangeGap(mapMembers(gap, (_, id) => numberAsText(id))));
    else listener.next(notificationOf(record, content.type));
  }
}

function recordsIn(content: Content, representation: Representation): readonly JsonObject[] | undefined {
  const value = decodeContent(content);
  const list: unknown = representation === 'record' ? [value] : value;
  const isRecords =
    Array.isArray(list) && list.every((item) => isJsonObject(item) && ('id' in item || 'gap' in item));
  return isRecords ? (list as readonly JsonObject[]) : undefined;
}

function notificationOf({ id, name, timestamp, data }: JsonObject, type: string): Notification {
  return {
    ...(typeof name === 'string' ? { name } : {}),
    id: String(id),
    ...(typeof timestamp === 'string' ? { timestamp } : {}),
    ...(data === undefined ? {} : { content: encodeContent(type, data) }),
  };
}

/** Our ids are numbers here. */
function numberAsText(id: unknown): unknown {
  return typeof id === 'number' ? String(id) : id;
}

// Microseconds from 2001 to 2100: what a change id can be, and another peer's ETag hardly ever is.
const firstId = 1e15;
const lastId = 4.1e15;

/** The id that an ETag gives: of a servient's change its number, with its time; of others the bytes in hexadecimal. */
export function idOf(etag: Buffer | undefined): Pick<Notification, 'id' | 'timestamp'> {
  if (etag === undefined) return {};
  const id = etag.length === 8 ? Number(etag.readBigUInt64BE()) : 0;
  return id > firstId && id < lastId
    ? { id: String(id), timestamp: idToTimestamp(id) }
    : { id: etag.toString('hex') };
}
