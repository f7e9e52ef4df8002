import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;

// Inside the checkout, so that types of packages are found as they are for users.
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules/.instantiation-budget-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that defines a Thing of so many object properties, each unlike the others, and their handlers. */
function program(properties: number): string {
  const numbers = Array.from({ length: properties }, (_, index) => index);
  const schemas = numbers.map(
    (n) => `p${n}: { type: 'object', observable: true, required: ['mode', 'level'], properties: {
      mode: { type: 'string', enum: ['off', 'low${n}', 'high'] },
      level: { type: 'integer', minimum: 0, maximum: ${n} },
      samples: { type: 'array', items: { type: 'number' } },
      place: { type: 'object', required: ['x'], properties: { x: { type: 'number' }, y: { type: 'boolean' } } } } }`,
  );
  const handlers = numbers.map(
    (n) =>
      `p${n}: { initial: { mode: 'high', level: 0, place: { x: 1 } }, written: (value) => void value.mode }`,
  );
  const source = relative(folder, join(root, 'src/td/define-thing.ts'));
  return `import { defineThing } from '${source}';
    defineThing({ title: 'Big', properties: { ${schemas} } }, { properties: { ${handlers} } });`;
}

async function instantiations(properties: number): Promise<number> {
  const name = `things-${properties}`;
  await writeFile(join(folder, `${name}.ts`), program(properties));
  const config = { extends: join(root, 'tsconfig.json'), include: [], exclude: [], files: [`${name}.ts`] };
  await writeFile(join(folder, `${name}.json`), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = promisify(execFile)(process.execPath, [tsc, '-p', `${name}.json`, '--extendedDiagnostics'], {
    cwd: folder,
  });
  const { stdout } = await run;
  return Number(/^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1]);
}

test('300 properties take at most 200,000 type instantiations', async () => {
  const [without, withThem] = [await instantiations(0), await instantiations(300)];
  expect(withThem - without).toBeGreaterThan(10_000);
  expect(withThem - without).toBeLessThanOrEqual(200_000);
});
