import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from './markdown.ts';

/** Bytes of the built files with an ending that a page has loaded, compressed as they are sent. */
export async function loadedBytes(page: Page, ending: '.js' | '.css'): Promise<number> {
  const loaded = await page.evaluate<string[]>(
    'performance.getEntriesByType("resource").map(({ name }) => name)',
  );
  const paths = loaded.map((address) => new URL(address).pathname).filter((path) => path.endsWith(ending));
  const sizes = [...new Set(paths)].map((path) => compressedSize(path.replace(/^.*\/app\//, '')));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function compressedSize(path: string): number {
  return statSync(join(root, 'dist-page', `${path}.gz`)).size;
}
