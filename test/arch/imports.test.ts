import { describe, expect, test } from 'vitest';
import { cycleIn, importRules, offence, unitOf } from '../support/import-rules.ts';
import { tableUnder, textOf } from '../support/markdown.ts';
import { importsIn, importsOf, sourceFiles } from '../support/sources.ts';

const rules = importRules(tableUnder(textOf('ARCHITECTURE.md') ?? '', 'Imports'));
const files = sourceFiles('src', 'things', 'examples');
const imports = files.flatMap(importsOf);

/** Modules that speak a protocol or stand for a big dependency, and the one place that may name them. */
const homes: readonly (readonly [module: RegExp, home: RegExp])[] = [
  [/^@node-wot\//, /^src\/servient\/node-wot(\.ts$|\/)/],
  [/^(mqtt|mqtt-packet|aedes|aedes-.*)$/, /^src\/bindings\/mqtt\//],
  [/^(coap|coap-packet|node:dgram)$/, /^src\/bindings\/coap\//],
  [/^koffi$/, /^src\/bindings\/coap\/dtls\//],
  [/^(undici|express|helmet|compression|pino|pino-http|prom-client)$/, /^src\/bindings\/http\//],
  [/^ws$/, /^src\/bindings\/(websocket|mqtt)\//],
  [/^node:sqlite$/, /^src\/storage\/sqlite\//],
  [/^(ajv|ajv-formats|re2js)(\/|$)/, /^src\/td\//],
];

describe('imports follow the table in ARCHITECTURE.md', () => {
  test('the table is there', () => {
    expect(rules.map(({ folder }) => folder)).toEqual(
      expect.arrayContaining(['contracts', 'bindings/*', 'examples']),
    );
  });

  test('every folder of the table is there', () => {
    const units = new Set(files.map((file) => unitOf(file, rules)));
    const built = (folder: string) =>
      [...units].some(
        (unit) => unit === folder || (folder.endsWith('/*') && unit?.startsWith(folder.slice(0, -1))),
      );
    expect(rules.filter(({ folder }) => !built(folder))).toEqual([]);
  });

  test('every file stands in a folder of the table', () => {
    expect(files.filter((file) => unitOf(file, rules) === undefined)).toEqual([]);
  });

  test('every name in the table is a folder of the table', () => {
    const known = new Set([...rules.map(({ folder }) => folder), 'public names']);
    const named = rules
      .flatMap(({ allowed }) => allowed)
      .map((name) => name.replace(/^client half of | \(types\)$/g, ''));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('no import is forbidden', () => {
    expect(imports.map((found) => offence(found, rules, files)).filter(Boolean)).toEqual([]);
  });

  test('every import of ours names a file that exists', () => {
    const ours = imports.filter(({ to }) => /^(src|things|examples)\/.*\.(ts|tsx)$/.test(to));
    expect(ours.filter(({ to }) => !files.includes(to))).toEqual([]);
  });

  test('no folders import each other in a circle', () => {
    const edges = new Map<string, Set<string>>();
    for (const { from, to } of imports) {
      const [importer, imported] = [unitOf(from, rules), unitOf(to, rules)];
      if (!importer || !imported || importer === imported) continue;
      edges.set(importer, (edges.get(importer) ?? new Set()).add(imported));
    }
    expect(cycleIn(edges)?.join(' -> ')).toBeUndefined();
  });

  test('protocol modules are named in one place each', () => {
    const strays = imports.filter(({ from, to }) =>
      homes.some(([module, home]) => module.test(to) && !home.test(from)),
    );
    expect(strays.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});

describe('the import check itself', () => {
  const table = importRules([
    ['a', 'nothing'],
    ['b/*', 'a'],
    ['c', 'a, b/* (types)'],
    ['d', 'all above'],
    ['index.ts', 'all above'],
    ['things', 'public names'],
  ]);
  const check = (from: string, text: string) =>
    importsIn(text, from).map((found) => offence(found, table, []) !== undefined);

  test.for([
    ['src/a/x.ts', "import { y } from './y.ts';", false],
    ['src/a/x.ts', "import type { y } from '../b/one/y.ts';", true],
    ['src/a/x.ts', "import {\n  type A,\n  b,\n} from '../d/y.ts';", true],
    ['src/a/x.ts', "const y = await import('../d/y.ts');", true],
    ['src/a/x.ts', "export { y } from '../d/y.ts';", true],
    ['src/a/x.ts', "import '../d/y.ts';", true],
    ['src/b/one/x.ts', "import { y } from '../../a/y.ts';", false],
    ['src/b/one/x.ts', "import { y } from './deep/y.ts';", false],
    ['src/b/one/x.ts', "import { y } from '../two/y.ts';", true],
    ['src/c/x.ts', "import type { y } from '../b/one/y.ts';", false],
    ['src/c/x.ts', "import { y } from '../b/one/y.ts';", true],
    ['src/d/x.ts', "import { y } from '../b/one/y.ts';", false],
    ['src/new/x.ts', "import { y } from '../a/y.ts';", true],
    ['things/x.ts', "import { y } from 'thingwright';", false],
    ['things/x.ts', "import { y } from '../src/a/y.ts';", true],
  ] as const)('%s: %s', ([from, text, forbidden]) => {
    expect(check(from, text)).toEqual([forbidden]);
  });

  test('a circle is found', () => {
    const edges = new Map([['a', new Set(['b'])], ['b', new Set(['c'])], ['c', new Set(['b'])]]); // biome-ignore format: a table
    expect(cycleIn(edges)).toEqual(['b', 'c', 'b']);
    expect(cycleIn(new Map([['a', new Set(['b', 'c'])], ['b', new Set(['c'])]]))).toBeUndefined(); // biome-ignore format: a table
  });
});
