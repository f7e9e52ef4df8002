import { type Import, importsOf } from './sources.ts';

/** What one folder may import, as a row of ARCHITECTURE.md says it. */
export interface ImportRule {
  readonly folder: string;
  readonly allowed: readonly string[];
}

/** Turns the rows of the import table into one rule per folder; `all above` is written out. */
export function importRules(rows: readonly (readonly string[])[]): readonly ImportRule[] {
  const rules: ImportRule[] = [];
  for (const [folders = '', allowed = ''] of rows) {
    const above = rules.map(({ folder }) => folder);
    const names = allowed === 'all above' ? above : listOf(allowed).filter((name) => name !== 'nothing');
    for (const folder of listOf(folders)) rules.push({ folder, allowed: names });
  }
  return rules;
}

/** The rule's name for the folder of a file, the most exact one: `bindings/http` for `src/bindings/http/x.ts`. */
export function unitOf(file: string, rules: readonly ImportRule[]): string | undefined {
  const path = file.replace(/^src\//, '');
  const units = rules.flatMap(({ folder }) => {
    if (folder === path) return [folder];
    const unit = folder.endsWith('/*') ? path.split('/').slice(0, 2).join('/') : folder;
    const below = path.startsWith(`${unit}/`);
    return below && (unit === folder || unit.startsWith(folder.slice(0, -1))) ? [unit] : [];
  });
  return units.sort((a, b) => b.length - a.length)[0];
}

/** Why the import is forbidden; undefined where it is allowed, or goes to a package. */
export function offence(
  found: Import,
  rules: readonly ImportRule[],
  files: readonly string[],
): string | undefined {
  if (!/^(src|things|examples)\//.test(found.to)) return undefined;
  const [from, to] = [unitOf(found.from, rules), unitOf(found.to, rules)];
  if (from === undefined) return `${found.from} is in no folder of the import table`;
  if (to === undefined) return `${found.from} imports ${found.to}, which is in no folder of the import table`;
  if (from === to) return undefined;
  const allowed = rules.find(({ folder }) => covers(folder, from))?.allowed ?? [];
  const permits = allowed.some((name) => permitsImport(name, to, found, files));
  return permits ? undefined : `${found.from} imports ${found.to}: ${from} may not import ${to}`;
}

/** The first cycle among these edges, as a path of names that ends where it begins. */
export function cycleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of edges.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The `*-client.ts` files of a folder and what they import inside of it, and so on. */
function clientHalf(folder: string, files: readonly string[]): ReadonlySet<string> {
  const inside = files.filter((file) => file.startsWith(`${folder}/`));
  const half = new Set(inside.filter((file) => file.endsWith('-client.ts')));
  for (const file of half) {
    for (const { to } of importsOf(file)) if (inside.includes(to)) half.add(to);
  }
  return half;
}

function permitsImport(name: string, to: string, found: Import, files: readonly string[]): boolean {
  if (name === 'public names') return to === 'index.ts';
  if (name.endsWith(' (types)')) return found.typeOnly && covers(name.slice(0, -' (types)'.length), to);
  if (!name.startsWith('client half of ')) return covers(name, to);
  return covers(name.slice('client half of '.length), to) && clientHalf(`src/${to}`, files).has(found.to);
}

function covers(folder: string, unit: string): boolean {
  return folder === unit || (folder.endsWith('/*') && unit.startsWith(folder.slice(0, -1)));
}

function listOf(cell: string): readonly string[] {
  return cell.split(',').map((name) => name.trim());
}
