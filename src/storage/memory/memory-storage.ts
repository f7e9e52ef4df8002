import type { Storage } from '../../contracts/stores.ts';
import { valueText } from '../value-text.ts';

/** Stores that live as long as this object: for tests, and for servients whose state may be lost. */
export function memoryStorage(): Storage {
  const things = new Map<string, Map<string, string>>();
  const facts = new Map<string, string>();
  const records = new Map<string, Map<string, Uint8Array>>();
  return {
    properties: {
      load: (thing) =>
        new Map([...(things.get(thing) ?? [])].map(([name, text]) => [name, JSON.parse(text)])),
      async save(thing, property, value) {
        const kept = things.get(thing) ?? new Map<string, string>();
        things.set(thing, kept.set(property, valueText(value)));
      },
    },
    facts: {
      get: (key) => facts.get(key),
      async set(key, value) {
        facts.set(key, value);
      },
    },
    records: {
      load: (kind) => [...(records.get(kind) ?? [])],
      async change(changes) {
        for (const { kind, key, value } of changes) {
          const kept = records.get(kind) ?? new Map<string, Uint8Array>();
          records.set(kind, kept);
          // A copy: the value may be a part of Node's pool, and would keep the whole of that.
          if (value) kept.set(key, Uint8Array.from(value));
          else kept.delete(key);
        }
      },
    },
    async start() {},
    async stop() {},
  };
}
