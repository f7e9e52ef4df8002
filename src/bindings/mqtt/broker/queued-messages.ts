import type { RecordChange } from '../../../contracts/stores.ts';
import { dropped, recordKinds, sessionKey, sessionKeyParts } from './session-records.ts';

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
export function readMessage(key: string, value: Uint8Array): Message {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = 2 + bytes.readUInt16BE(0);
  return {
    number: Number(key),
    topic: bytes.toString('utf8', 2, end),
    payload: bytes.subarray(end),
    holders: 0,
  };
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
export function readQueued(
  key: string,
  [qos = 0, whole, high = 0, low = 0]: Uint8Array,
  messages: ReadonlyMap<number, Message>,
): { readonly session: number; readonly packet: Queued } | undefined {
  const [session, rest] = sessionKeyParts(key);
  const number = Number(rest);
  const message = whole === 1 ? messages.get(number) : undefined;
  if (whole === 1 && !message) return undefined;
  return { session, packet: { number, qos, message, messageId: (high << 8) | low || undefined } };
}
