import type { RecordChange } from '../../../../contracts/stores.ts';

/** What the embedded broker keeps, by kind of record. */
export const recordKinds = {
  /** Key: the client identifier. */
  session: 'mqtt-session',
  /** Key: the session's number, a slash, the topic filter. */
  subscription: 'mqtt-subscription',
  /** Key: the message's number; what many sessions wait for is kept once. */
  message: 'mqtt-message',
  /** Key: the session's number, a slash, the message's. */
  queued: 'mqtt-queued',
  /** Key: the session's number, a slash, the packet identifier of a QoS 2 message that was not yet released. */
  incoming: 'mqtt-incoming',
  /** Key: the topic. */
  retained: 'mqtt-retained',
} as const;

export type RecordKind = (typeof recordKinds)[keyof typeof recordKinds];

/** The change that makes a record go away. */
export function dropped(kind: RecordKind, key: string): RecordChange {
  return { kind, key, value: undefined };
}

/** The key of what belongs to a session. */
export function sessionKey(session: number, rest: string | number): string {
  return `${session}/${rest}`;
}

/** The two parts of such a key. */
export function sessionKeyParts(key: string): readonly [session: number, rest: string] {
  const slash = key.indexOf('/');
  return [Number(key.slice(0, slash)), key.slice(slash + 1)];
}
