import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What is known of one assertion of a document: where it is tested, or why not. */
interface Row {
  readonly level: string | null;
  readonly test?: string;
  readonly reason?: string;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const tables = globSync('*.json', { cwd: folder });

/** The ids in the titles of a test file: `'what is tested [id, id]'`. */
function idsIn(file: string): ReadonlySet<string> {
  const text = readFileSync(folder + file, 'utf8');
  const groups = [...text.matchAll(/ \[([A-Za-z][\w.-]+(?:, [A-Za-z][\w.-]+)*)\]'/g)];
  return new Set(groups.flatMap(([, ids = '']) => ids.split(', ')));
}

test('tables are found', () => expect(tables).not.toEqual([]));

describe.for(tables)('%s', (table) => {
  const { assertions } = JSON.parse(readFileSync(folder + table, 'utf8')) as {
    readonly assertions: Readonly<Record<string, Row>>;
  };
  const rows = Object.entries(assertions);

  test('has a test or a reason for each assertion', () => {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(([, row]) => (row.test === undefined) === (row.reason === undefined))).toEqual([]);
  });

  test('names tests that name the assertion', () => {
    const missing = rows.filter(
      ([id, { test: file }]) => file !== undefined && !(existsSync(folder + file) && idsIn(file).has(id)),
    );
    expect(missing).toEqual([]);
  });

  test('has every assertion that its tests name', () => {
    const files = new Set(rows.flatMap(([, { test: file }]) => file ?? []));
    const unknown = [...files].flatMap((file) =>
      [...idsIn(file)].filter((id) => assertions[id]?.test === undefined),
    );
    expect(unknown).toEqual([]);
  });

  test('has tests that run', () => {
    const files = new Set(rows.flatMap(([, { test: file }]) => file ?? []));
    const skipping = [...files].filter((file) =>
      /\.(skip|todo|fails)\b/.test(readFileSync(folder + file, 'utf8')),
    );
    expect(skipping).toEqual([]);
  });
});
