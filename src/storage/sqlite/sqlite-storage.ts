import { WotError } from '../../contracts/errors.ts';
import type { FactStore, PropertyStore, RecordStore, Storage } from '../../contracts/stores.ts';
import { valueText } from '../value-text.ts';
import { groupCommit } from './group-commit.ts';
import { type Database, openDatabase } from './open-database.ts';
import { storageError } from './storage-error.ts';

interface OpenStores {
  readonly properties: PropertyStore;
  readonly facts: FactStore;
  readonly records: RecordStore;
  close(): void;
}

/**
 * Stores in one SQLite file, for one servient at a time; what was acknowledged survives a crash. Fails with
 * `unavailable`: STORAGE_IN_USE, _CORRUPT, _NOT_WRITABLE, _TOO_NEW, _FULL, _FAILED, and _STOPPED outside of start and stop.
 */
export function sqliteStorage(file: string): Storage {
  let stores: OpenStores | undefined;
  const failure = (cause: unknown) => (cause instanceof WotError ? cause : storageError(file, cause));
  const typed = <T>(call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      throw failure(cause);
    }
  };
  const started = (): OpenStores => {
    if (stores) return stores;
    const message = `The storage ${file} is not started; use it between start and stop of its servient.`;
    throw new WotError('unavailable', 'STORAGE_STOPPED', message);
  };
  return {
    properties: {
      load: (thing) => typed(() => started().properties.load(thing)),
      save: async (thing, property, value) => started().properties.save(thing, property, value),
    },
    facts: {
      get: (key) => typed(() => started().facts.get(key)),
      set: async (key, value) => started().facts.set(key, value),
    },
    records: {
      load: (kind) => typed(() => started().records.load(kind)),
      change: async (changes) => started().records.change(changes),
    },
    async start() {
      stores ??= typed(() => openStores(file, failure));
    },
    async stop() {
      stores?.close();
      stores = undefined;
    },
  };
}

/** Prepared statements of one open file, by their SQL. */
interface Statements {
  rows(sql: string): (key: string) => readonly Readonly<Record<string, string>>[];
  change(sql: string): (...values: readonly string[]) => Promise<void>;
}

function openStores(file: string, failure: (cause: unknown) => Error): OpenStores {
  const database = openDatabase(file);
  try {
    return prepareStores(database, failure);
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function prepareStores(database: Database, failure: (cause: unknown) => Error): OpenStores {
  const { write, flush } = groupCommit(database, failure);
  const statements: Statements = {
    rows: (sql) => {
      const statement = database.prepare(sql);
      return (key) => {
        flush();
        return statement.all(key) as Record<string, string>[];
      };
    },
    change: (sql) => {
      const statement = database.prepare(sql);
      return (...values) => write(() => statement.run(...values));
    },
  };
  return {
    properties: propertyStore(statements),
    facts: factStore(statements),
    records: recordStore(database, write, flush),
    close() {
      flush();
      database.close();
    },
  };
}

function propertyStore({ rows, change }: Statements): PropertyStore {
  const load = rows('SELECT name, value FROM property WHERE thing = ?');
  const save = change(
    'INSERT INTO property VALUES (?, ?, ?) ON CONFLICT (thing, name) DO UPDATE SET value = excluded.value',
  );
  return {
    load: (thing) => new Map(load(thing).map(({ name, value }) => [name ?? '', JSON.parse(value ?? 'null')])),
    save: async (thing, property, value) => save(thing, property, valueText(value)),
  };
}

function factStore({ rows, change }: Statements): FactStore {
  const get = rows('SELECT value FROM fact WHERE key = ?');
  return {
    get: (key) => get(key)[0]?.['value'],
    set: change('INSERT INTO fact VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
  };
}

function recordStore(
  database: Database,
  write: (run: () => void) => Promise<void>,
  flush: () => void,
): RecordStore {
  const load = database.prepare('SELECT key, value FROM record WHERE kind = ?');
  const put = database.prepare(
    'INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM record WHERE kind = ? AND key = ?');
  return {
    load(kind) {
      flush();
      const rows = load.all(kind) as unknown as { readonly key: string; readonly value: Uint8Array }[];
      return rows.map(({ key, value }) => [key, value] as const);
    },
    change: (changes) =>
      write(() => {
        for (const { kind, key, value } of changes) {
          if (value) put.run(kind, key, value);
          else remove.run(kind, key);
        }
      }),
  };
}
