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

/** All stores of one servient; reads are valid between `start` and `stop`. */
export interface Storage extends Startable {
  readonly properties: PropertyStore;
  readonly facts: FactStore;
}
