import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpCoding } from '../../../contracts/http-route.ts';
import { weightedList } from './weighted-list.ts';

/** Bytes from which compressing an answer pays. */
export const compressedFrom = 1024;

/** Whether payloads of a media type get smaller: text, JSON and XML do; images, audio and the like are compressed already. */
export function isCompressible(mediaType: string): boolean {
  return /^text\/|[/+](json|xml|javascript)\b/i.test(mediaType);
}

const cache = new Map<string, HttpCoding | undefined>();

/**
 * The coding that an Accept-Encoding header likes best (RFC 9110 section 12.5.3), br of equals; undefined where that is
 * none, or where no coding is acceptable at all: a header that cannot be met is disregarded (section 12.4.1).
 */
export function chooseCoding(acceptEncoding: string | undefined): HttpCoding | undefined {
  if (acceptEncoding === undefined) return undefined;
  if (cache.has(acceptEncoding)) return cache.get(acceptEncoding);
  const coding = preferred(acceptEncoding);
  if (cache.size < 1000) cache.set(acceptEncoding, coding);
  return coding;
}

/** The bytes in that coding. */
export function compress(coding: HttpCoding, bytes: Uint8Array): Promise<Buffer> {
  return coders[coding](bytes);
}

function preferred(header: string): HttpCoding | undefined {
  const listed = new Map(
    weightedList(header).map(({ value, quality }) => [value.replace(/^x-/, ''), quality]),
  );
  const any = listed.get('*') ?? 0;
  const [br, gzipped] = [listed.get('br') ?? any, listed.get('gzip') ?? any];
  if (Math.max(br, gzipped) === 0 || Math.max(br, gzipped) < (listed.get('identity') ?? 0)) return undefined;
  return br >= gzipped ? 'br' : 'gzip';
}

// As fast as gzip and smaller; the default, 11, is for files that are compressed once.
const brotliQuality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const coders: Readonly<Record<HttpCoding, (bytes: Uint8Array) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, brotliQuality),
  gzip: promisify(gzip),
};
