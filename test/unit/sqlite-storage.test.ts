import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { groupCommit } from '../../src/storage/sqlite/group-commit.ts';
import { openDatabase } from '../../src/storage/sqlite/open-database.ts';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';
import { storageError } from '../../src/storage/sqlite/storage-error.ts';
import { failureOf } from '../support/failure-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('makes its folder and keeps one durable file', () => {
  const file = join(temporaryFolder(), 'a', 'b', 'state.db');
  const database = openDatabase(file);
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('user_version')]).toEqual(['wal', 2, 2]);
  database.close();
  expect(existsSync(file)).toBe(true);
});

it('is for one servient at a time', async () => {
  const file = join(temporaryFolder(), 'state.db');
  const first = sqliteStorage(file);
  await first.start();
  const failure = await failureOf(() => sqliteStorage(file).start());
  expect(failure).toMatch(/^unavailable STORAGE_IN_USE: .*another servient/);
  expect(failure).toContain(file);
  await first.stop();
  const second = sqliteStorage(file);
  await second.start();
  await second.stop();
});

it.each([
  [
    'a file that is no database',
    'STORAGE_CORRUPT',
    (file: string) => writeFileSync(file, 'hello '.repeat(1000)),
  ],
  ['a folder in its place', 'STORAGE_NOT_WRITABLE', (file: string) => mkdirSync(file)],
  ['a schema of the future', 'STORAGE_TOO_NEW', makeNewer],
])('names the path and the way out: %s', async (_what, code, prepare) => {
  const file = join(temporaryFolder(), 'state.db');
  prepare(file);
  const failure = await failureOf(() => sqliteStorage(file).start());
  expect(failure).toContain(`unavailable ${code}: The storage ${file}`);
});

function makeNewer(file: string): void {
  const database = openDatabase(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
}

it('names the path: a file where its folder should be', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const failure = await failureOf(() => sqliteStorage(join(file, 'state.db')).start());
  expect(failure).toContain('unavailable STORAGE_NOT_WRITABLE');
});

it('tells a full disk and any other failure', () => {
  const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
  expect(storageError('x.db', full)).toMatchObject({ code: 'STORAGE_FULL', details: { cause: full } });
  const readFault = Object.assign(new Error('disk I/O error'), { errcode: 266 });
  expect(storageError('x.db', readFault).code).toBe('STORAGE_FAILED');
  expect(storageError('x.db', new Error('other')).code).toBe('STORAGE_FAILED');
});

it('works between start and stop only', async () => {
  const storage = sqliteStorage(join(temporaryFolder(), 'state.db'));
  for (const call of [
    () => storage.facts.get('a'),
    () => storage.facts.set('a', 'b'),
    () => storage.properties.load('a'),
    () => storage.properties.save('a', 'b', 1),
    () => storage.records.load('a'),
    () => storage.records.change([{ kind: 'a', key: 'b', value: undefined }]),
  ]) {
    expect(await failureOf(call)).toContain('unavailable STORAGE_STOPPED');
  }
});

it.each([
  ['a missing table', 'DROP TABLE fact'],
  ['a value that is not JSON', "INSERT INTO property VALUES ('lamp', 'state', '{')"],
])('%s is a typed error', async (_what, damage) => {
  const file = join(temporaryFolder(), 'state.db');
  const database = openDatabase(file);
  database.exec(damage);
  database.close();
  const storage = sqliteStorage(file);
  const failure = await failureOf(async () => {
    await storage.start();
    storage.properties.load('lamp');
  });
  expect(failure).toContain(`unavailable STORAGE_FAILED: The storage ${file}`);
  await storage.stop();
  openDatabase(file).close();
});

it('a file of the first schema version keeps its data and gets records', async () => {
  const file = join(temporaryFolder(), 'state.db');
  const old = new DatabaseSync(file);
  old.exec(`
    CREATE TABLE property (
      thing TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (thing, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO property VALUES ('lamp', 'level', '5');
    INSERT INTO fact VALUES ('servient-id', 'thingwright-1');
    PRAGMA user_version = 1`);
  old.close();
  const storage = sqliteStorage(file);
  await storage.start();
  await storage.records.change([{ kind: 'k', key: 'a', value: Uint8Array.of(1) }]);
  await storage.stop();
  await storage.start();
  expect(storage.properties.load('lamp')).toEqual(new Map([['level', 5]]));
  expect(storage.facts.get('servient-id')).toBe('thingwright-1');
  expect([...storage.records.load('k')]).toEqual([['a', Uint8Array.of(1)]]);
  await storage.stop();
});

it('a group is committed as a whole or rejected as a whole', async () => {
  const database = openDatabase(join(temporaryFolder(), 'state.db'));
  const { write } = groupCommit(database, (cause) => new Error('not kept', { cause }));
  const insert = database.prepare('INSERT INTO fact VALUES (?, ?)');
  const count = () => database.prepare('SELECT count(*) AS n FROM fact').get()?.['n'];
  const group = [() => insert.run('a', '1'), () => insert.run('a', '2')].map(write);
  const results = await Promise.allSettled(group);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(count()).toBe(0);
  await Promise.all([write(() => insert.run('a', '1')), write(() => insert.run('b', '2'))]);
  expect(count()).toBe(2);
  database.close();
});
