const cache = new Map<string, string | undefined>();

/**
 * The best of the offered media types for an Accept header (RFC 9110 section 12.5.1), undefined where none is
 * accepted; without a header the first one offered.
 */
export function negotiate(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept === '*/*' || accept === offered[0]) return offered[0];
  const key = `${offered.join()}\n${accept}`;
  if (cache.has(key)) return cache.get(key);
  const ranges = accept.split(',').map(mediaRange);
  let best: { readonly type: string; readonly quality: number } | undefined;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  if (cache.size < 1000) cache.set(key, best?.type);
  return best?.type;
}

interface MediaRange {
  readonly range: string;
  readonly quality: number;
}

function mediaRange(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { range, quality: quality === undefined ? 1 : Number(quality) || 0 };
}

/** The most specific range that matches decides. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const wildcard = `${type.slice(0, type.indexOf('/'))}/*`;
  for (const candidate of [type, wildcard, '*/*']) {
    const match = ranges.find(({ range }) => range === candidate);
    if (match) return match.quality;
  }
  return 0;
}
