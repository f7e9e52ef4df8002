import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const name = fc.oneof(
  fc.constantFrom('', 'a', '1/2', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const change = fc.record({ kind: name, key: name, value: fc.option(fc.uint8Array(), { nil: undefined }) });

test('both stores keep the same records, whatever kinds, keys and bytes are', async () => {
  const memory = memoryStorage();
  const sqlite = sqliteStorage(join(temporaryFolder(), 'state.db'));
  await sqlite.start();
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 5 }), async (groups) => {
      const changed = groups.flatMap((group) => [memory, sqlite].map(({ records }) => records.change(group)));
      for (const { kind } of groups.flat()) kinds.add(kind);
      for (const kind of kinds)
        expect(new Map(sqlite.records.load(kind))).toEqual(new Map(memory.records.load(kind)));
      await Promise.all(changed);
    }),
  );
  await sqlite.stop();
});
