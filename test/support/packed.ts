import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './markdown.ts';

/** What npm would publish. */
export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string;
  /** Paths inside of the package. */
  readonly files: readonly string[];
}

/** Builds and packs the checkout into a folder. */
export function packInto(folder: string): Packed {
  execFileSync('npm', ['run', 'prepack'], { cwd: root, stdio: 'ignore' });
  // Without `prepare`: the page is built, and tests that run beside this one are looking at it.
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(output.slice(output.indexOf('['))) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}
