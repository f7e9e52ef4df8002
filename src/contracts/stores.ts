import type { Startable } from './lifecycle.ts';
import type { JsonValue } from './td.ts';

/** The state of properties that survives a restart; a `save` is resolved only when it is durable. */
export interface PropertyStore {
  load(thing: string): ReadonlyMap<string, JsonValue>;
  save(thing: string, property: string, value: JsonValue): Promise<void>;
}

/** Small facts of the servient itself: Thing ids by name, the highest change id given out. */
export interface FactStore {
  get(key: string): string | undefined;
  set(key: string, value: string): Promise<void>;
}

/** One change of a record; `value` is undefined where it goes away, else not changed by anyone from now on. Kind and key are well-formed Unicode. */
export interface RecordChange {
  readonly kind: string;
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** Records of bytes by kind and key: what the MQTT broker keeps across restarts. */
export interface RecordStore {
  /** All of a kind, in any order. */
  load(kind: string): Iterable<readonly [key: string, value: Uint8Array]>;
  /** Makes all changes or none; resolved only when they are durable. Changes asked for earlier are made earlier. */
  change(changes: readonly RecordChange[]): Promise<void>;
}

/** All stores of one servient; reads are valid between `start` and `stop`. */
export interface Storage extends Startable {
  readonly properties: PropertyStore;
  readonly facts: FactStore;
  readonly records: RecordStore;
}
