import type { RecordChange, RecordStore } from '../../../../contracts/stores.ts';
import { isTopicFilter } from '../../../../td/topic-filter.ts';
import { isTopicName } from '../../messages/topic-names.ts';
import { dropped, type RecordKind, recordKinds, sessionKeyParts } from './record-kinds.ts';

/** A record of an earlier broker, with all that it must have. */
export type StoredRecord = readonly [key: string, value: Buffer];

/** The records of a kind; adds to `damaged` what drops those that cannot be read. */
export function storedRecords(
  records: RecordStore,
  kind: RecordKind,
  damaged: RecordChange[],
): readonly StoredRecord[] {
  const intact: StoredRecord[] = [];
  for (const [key, { buffer, byteOffset, byteLength }] of records.load(kind)) {
    const value = Buffer.from(buffer, byteOffset, byteLength);
    if (checks[kind](key, value)) intact.push([key, value]);
    else damaged.push(dropped(kind, key));
  }
  return intact;
}

const checks: Readonly<Record<RecordKind, (key: string, value: Buffer) => boolean>> = {
  [recordKinds.session]: (_clientId, value) => isSession(value),
  [recordKinds.subscription]: (key, value) =>
    belongs(key, isTopicFilter) && value.length === 1 && isQos(value[0]),
  [recordKinds.message]: (key, value) => isNumber(key) && isMessage(value),
  [recordKinds.queued]: (key, value) => belongs(key, isNumber) && value.length === 4 && isQos(value[0]),
  [recordKinds.incoming]: (key) => belongs(key, isNumber),
  [recordKinds.retained]: (topic, value) => isTopicName(topic) && value.length > 1 && isQos(value[0]),
};

function isSession(value: Buffer): boolean {
  try {
    const { number, principal, absentSince = 0 } = JSON.parse(value.toString());
    const isPrincipal =
      principal === undefined || (typeof principal?.name === 'string' && Array.isArray(principal.roles));
    return Number.isSafeInteger(number) && isPrincipal && Number.isFinite(absentSince);
  } catch {
    return false;
  }
}

function isMessage(value: Buffer): boolean {
  return value.length >= 2 && value.length >= 2 + value.readUInt16BE(0);
}

function belongs(key: string, isRest: (rest: string) => boolean): boolean {
  const [session, rest] = sessionKeyParts(key);
  return Number.isSafeInteger(session) && isRest(rest);
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function isQos(qos = 3): boolean {
  return qos <= 2;
}
