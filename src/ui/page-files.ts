import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { storedDocument } from '../bindings/http/messages/stored-document.ts';
import type { DocumentHeaders, StoredDocument } from '../contracts/http-route.ts';

/** A file of the built page, ready to send. */
export interface PageFile {
  readonly document: StoredDocument;
  readonly headers: DocumentHeaders;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
const codings = { br: '.br', gzip: '.gz' } as const;

/**
 * The files of a built page by their paths below its folder, which may be empty or missing. They are kept in memory, so
 * that a page goes on working whole while another one is built.
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = new Set(
    entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)),
  );
  const originals = [...paths].filter((path) => types[extname(path)] !== undefined);
  const files = originals.map(async (path) => {
    const place = relative(folder, path).replaceAll(sep, '/');
    return [place, await readPageFile(path, place, paths)] as const;
  });
  return new Map(await Promise.all(files));
}

async function readPageFile(path: string, place: string, paths: ReadonlySet<string>): Promise<PageFile> {
  const coded = Object.entries(codings).map(async ([coding, ending]) =>
    paths.has(path + ending) ? [[coding, await readFile(path + ending)] as const] : [],
  );
  return {
    document: {
      ...storedDocument(await readFile(path)),
      coded: Object.fromEntries((await Promise.all(coded)).flat()),
    },
    headers: {
      'content-type': types[extname(path)] ?? '',
      'x-content-type-options': 'nosniff',
      ...(isAsset(place) && { 'cache-control': 'public, max-age=31536000, immutable' }),
      ...(isEmbeddable(place) && {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      }),
    },
  };
}

/** Whether the name of a file tells its content. */
function isAsset(place: string): boolean {
  return place.startsWith('assets/');
}

/** Whether pages of others load it: the elements and what they import. */
export function isEmbeddable(place: string): boolean {
  return place === 'elements.js' || isAsset(place);
}
