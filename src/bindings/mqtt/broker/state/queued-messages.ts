import type { RecordChange } from '../../../../contracts/stores.ts';
import { dropped, recordKinds, sessionKey, sessionKeyParts } from './record-kinds.ts';
import type { StoredRecord } from './stored-records.ts';

/** A message by the number that the broker gave it, rising. */
export interface NumberedMessage {
  readonly brokerCounter: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
}

/** A session's subscription to messages that are published now. */
export interface Taker {
  readonly clientId: string;
  readonly qos: number;
}

/** What all sessions that wait for a message share. */
export interface Message {
  /** Given by the broker, rising. */
  readonly number: number;
  readonly topic: string;
  readonly payload: Buffer;
  /** How many sessions wait for it. */
  holders: number;
}

/** What waits for a session, or is on its way to it; without a message it is the PUBREL that took its place (MQTT 3.1.1 section 4.3.3). */
export interface Queued {
  readonly number: number;
  readonly qos: number;
  readonly message: Message | undefined;
  /** The packet identifier under which it was sent. */
  readonly messageId: number | undefined;
}

/** What a message takes in memory beside its topic and payload, about. */
const overhead = 200;

/** What it takes in memory, in bytes. */
export function sizeOf({ message }: Queued): number {
  return overhead + (message ? message.topic.length + message.payload.length : 0);
}

/** A message with the topic behind its length, as it is kept. */
export function messageRecord({ number, topic, payload }: Message): RecordChange {
  const name = Buffer.from(topic);
  const length = Uint8Array.of(name.length >> 8, name.length & 0xff);
  return { kind: recordKinds.message, key: `${number}`, value: Buffer.concat([length, name, payload]) };
}

/** The message of a record. */
function readMessage([key, value]: StoredRecord): Message {
  const end = 2 + value.readUInt16BE(0);
  const topic = value.toString('utf8', 2, end);
  return { number: Number(key), topic, payload: value.subarray(end), holders: 0 };
}

/** What drops a message that nobody waits for any more. */
export function letGo(message: Message | undefined): readonly RecordChange[] {
  if (!message || --message.holders > 0) return [];
  return [dropped(recordKinds.message, `${message.number}`)];
}

/** What waits, as it is kept: QoS, whether there is a message, packet identifier or 0. */
export function queuedRecord(session: number, { number, qos, message, messageId = 0 }: Queued): RecordChange {
  const value = Uint8Array.of(qos, message ? 1 : 0, messageId >> 8, messageId & 0xff);
  return { kind: recordKinds.queued, key: sessionKey(session, number), value };
}

/** What drops the record of what waits. */
export function queuedDropped(session: number, number: number): RecordChange {
  return dropped(recordKinds.queued, sessionKey(session, number));
}

/** What waits, of a record; undefined where its message is not there. */
function readQueued(
  [key, [qos = 0, whole, high = 0, low = 0]]: StoredRecord,
  messages: ReadonlyMap<number, Message>,
): { readonly session: number; readonly packet: Queued } | undefined {
  const [session, rest] = sessionKeyParts(key);
  const number = Number(rest);
  const message = whole === 1 ? messages.get(number) : undefined;
  if (whole === 1 && !message) return undefined;
  return { session, packet: { number, qos, message, messageId: (high << 8) | low || undefined } };
}

/** What waits for a session of an earlier broker. */
export interface StoredQueued {
  readonly clientId: string;
  readonly session: number;
  readonly packet: Queued;
}

/** Reads what an earlier broker kept, oldest first; gives also the changes that drop what belongs to nobody. */
export function readQueues(
  messages: Iterable<StoredRecord>,
  queued: Iterable<StoredRecord>,
  clientOf: (session: number) => string | undefined,
): { readonly found: readonly StoredQueued[]; readonly lost: readonly RecordChange[] } {
  const known = new Map([...messages].map((record) => [Number(record[0]), readMessage(record)]));
  const lost: RecordChange[] = [];
  const found: StoredQueued[] = [];
  const wanted = new Set<number>();
  for (const record of queued) {
    const read = readQueued(record, known);
    const clientId = read && clientOf(read.session);
    if (!read || clientId === undefined) {
      lost.push(dropped(recordKinds.queued, record[0]));
    } else {
      found.push({ clientId, ...read });
      if (read.packet.message) wanted.add(read.packet.number);
    }
  }
  found.sort((one, other) => one.packet.number - other.packet.number);
  for (const number of known.keys()) {
    if (!wanted.has(number)) lost.push(dropped(recordKinds.message, `${number}`));
  }
  return { found, lost };
}
