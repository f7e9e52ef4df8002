import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';
import { storeSuite } from './store-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'thingwright-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

storeSuite('memory', memoryStorage);
storeSuite('SQLite', () => sqliteStorage(join(folder, 'made', `${files++}.db`)));
