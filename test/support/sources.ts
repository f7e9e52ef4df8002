import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root } from './markdown.ts';

/** One import of a source file. */
export interface Import {
  /** Paths from the root of the checkout, with `/`. */
  readonly from: string;
  /** A path likewise where it is a file of ours, else the module's name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** The TypeScript and JavaScript files of these folders, sorted, as paths from the root of the checkout. */
export function sourceFiles(...folders: readonly string[]): readonly string[] {
  const found = folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,js,mjs}`, { cwd: root }));
  return found.map((file) => file.replaceAll('\\', '/')).sort();
}

/** The lines of a file. */
export function linesOf(file: string): readonly string[] {
  return readFileSync(`${root}/${file}`, 'utf8').trimEnd().split('\n');
}

const statement = /^(?:import|export)\s+(type\s)?(?:[\w\s{},*$]*?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
const expression = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

/** All imports of a file: static, dynamic, re-exports and types. */
export function importsOf(file: string): readonly Import[] {
  return importsIn(readFileSync(`${root}/${file}`, 'utf8'), file);
}

/** The same for a text. */
export function importsIn(text: string, file: string): readonly Import[] {
  const statements = [...text.matchAll(statement)].map(
    (match) => [match[3], match[1] !== undefined] as const,
  );
  const expressions = [...text.matchAll(expression)].map((match) => [match[2], false] as const);
  return [...statements, ...expressions].map(([specifier = '', typeOnly]) => ({
    from: file,
    to: resolved(specifier, file),
    typeOnly,
  }));
}

function resolved(specifier: string, file: string): string {
  if (specifier === 'thingwright') return 'src/index.ts';
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
}
