import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WotError } from '../../contracts/errors.ts';

/** An open SQLite file. */
export type Database = DatabaseSync;

/** Each step leads from schema version n to n + 1 (`PRAGMA user_version`); released steps never change. */
const migrations: readonly string[] = [
  `CREATE TABLE property (
     thing TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (thing, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE record (
     kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)
   ) STRICT;`,
];

/** Opens the file for this servient alone, at the present schema version, with durable commits; makes its folder. */
export function openDatabase(file: string): Database {
  let database: Database | undefined;
  try {
    makeFolder(dirname(resolve(file)));
    database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(database, file);
    return database;
  } catch (cause) {
    database?.close();
    throw cause;
  }
}

/** Not by mkdir's `recursive`, which never ends where the parent is there and takes no folder (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder) || dirname(folder) === folder) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it just now.
    if (!existsSync(folder)) throw error;
  }
}

function migrate(database: Database, file: string): void {
  // Takes the lock, which is kept until the file is closed, even if no step is due.
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    const message = `The storage ${file} was written by a newer version (schema ${version}, this one knows ${migrations.length}); update this servient, or give it a file of its own.`;
    throw new WotError('unavailable', 'STORAGE_TOO_NEW', message);
  }
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}
