import { essence } from '../../../contracts/media-type.ts';
import { type Weighted, weightedList } from './weighted-list.ts';

const cache = new Map<string, string | undefined>();

/**
 * The best of the offered media types for an Accept header (RFC 9110 section 12.5.1), of equals the first; undefined
 * where none is accepted; without a header the first one offered.
 */
export function negotiate(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept === '*/*' || accept === offered[0] || accept === '') return offered[0];
  const key = `${offered.join()}\n${accept}`;
  if (cache.has(key)) return cache.get(key);
  const best = bestOf(offered, weightedList(accept));
  if (cache.size < 1000 && key.length < 500) cache.set(key, best);
  return best;
}

/** The media types of a TD. */
export const tdTypes = ['application/td+json', 'application/ld+json', 'application/json'] as const;

/** Whether an Accept header names HTML and likes it better than data: by weight, else because it names it before. */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined || !/\btext\/html\b/i.test(accept)) return false;
  if (negotiate(accept, ['text/html', ...tdTypes]) !== 'text/html') return false;
  const other = negotiate(accept, [...tdTypes, 'text/html']);
  const named = accept.toLowerCase().indexOf(other ?? '');
  return other === 'text/html' || named < 0 || named > accept.toLowerCase().indexOf('text/html');
}

function bestOf(offered: readonly string[], ranges: readonly Weighted[]): string | undefined {
  let best: { readonly type: string; readonly quality: number } | undefined;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  return best?.type;
}

/** The most specific range that matches decides: first one with parameters, then the type, its main type, any. */
function qualityOf(type: string, ranges: readonly Weighted[]): number {
  const [name, own] = [essence(type), weightedList(type)[0]?.parameters];
  const candidates = [name, `${name.split('/', 1)[0]}/*`, '*/*'];
  let [quality, precision] = [0, -1];
  for (const { value, parameters, quality: weight } of ranges) {
    const wanted = [...parameters].filter(([parameter]) => parameter !== 'charset'); // all is UTF-8
    const level = candidates.indexOf(value);
    if (level < 0 || !wanted.every(([parameter, is]) => own?.get(parameter) === is)) continue;
    const found = wanted.length * 3 + 2 - level;
    if (found > precision) [quality, precision] = [weight, found];
  }
  return quality;
}
