import { expect, test } from 'vitest';
import { root, textOf } from '../support/markdown.ts';

const text = textOf('src/index.ts') ?? '';

/** Name -> whether it is a type, as `export { a, type B } from` and `export type { C } from` list them. */
const listed = new Map(
  [...text.matchAll(/^export\s+(type\s+)?\{([^}]*)\}/gm)].flatMap(([, type, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => [publicName(name), type !== undefined || name.startsWith('type ')] as const),
  ),
);

test('every public name is listed by hand', () => {
  expect(text).not.toMatch(/^export\s+\*/m);
  const values = [...listed].filter(([, isType]) => !isType).map(([name]) => name);
  expect(values.length).toBeGreaterThan(0);
});

test('the module exports what is listed, no more and no less', async () => {
  const values = [...listed].filter(([, isType]) => !isType).map(([name]) => name);
  expect(new Set(Object.keys(await import('thingwright')))).toEqual(new Set(values));
});

test('the public names change on purpose only (vitest -u writes the list anew)', async () => {
  const lines = [...listed].map(([name, isType]) => (isType ? `type ${name}` : name)).sort(byText);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`${root}/test/arch/public-names.txt`);
});

function publicName(name: string): string {
  return name.replace(/^type\s+/, '').replace(/^.*\sas\s+/, '');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
