import { lookUpLanguage } from '../../../td/language.ts';
import { weightedList } from './weighted-list.ts';

// RFC 4647 section 2.1; longer than any tag that means something is no range.
const languageRange = /^(?=.{1,100}$)[a-z]{1,8}(-[a-z\d]{1,8})*$/;

/**
 * The language of those offered that an Accept-Language header likes best, by lookup (RFC 9110 section 12.5.4, RFC 4647
 * section 3.4); undefined where the default is as good: no header, no match, or only `*`.
 */
export function chooseLanguage(
  acceptLanguage: string | undefined,
  offered: readonly string[],
): string | undefined {
  if (acceptLanguage === undefined || offered.length === 0) return undefined;
  const ranges = weightedList(acceptLanguage).filter(({ value }) => languageRange.test(value));
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ value }) => value));
  const tags = offered.filter((tag) => !refused.has(tag.toLowerCase()));
  const wanted = ranges.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  for (const { value } of wanted) {
    const found = lookUpLanguage(value, tags);
    if (found !== undefined) return found;
  }
  return undefined;
}
