import { expect, test } from 'vitest';
import { linesOf, sourceFiles } from '../support/sources.ts';

const most = 300;

/** Files that are tables and nothing else may be longer; each is named here. */
const tables: readonly string[] = [];

const files = sourceFiles('src', 'things', 'examples');
const forbidden = /^(utils?|helpers?|common|managers?|base)$/i;

test(`no file is longer than ${most} lines`, () => {
  const long = files.filter((file) => !file.endsWith('.td.ts') && linesOf(file).length > most);
  expect(long).toEqual(tables);
});

test('no file or folder has a name that says nothing', () => {
  const named = [...files, ...sourceFiles('test')];
  expect(named.filter((file) => file.split(/[/.-]/).some((word) => forbidden.test(word)))).toEqual([]);
});

test('test files are found, so that the checks look at something', () => {
  expect(files.length).toBeGreaterThan(10);
});
