/** What search reads of one text; TDs may bring far longer ones. */
const longest = 300;

/** A text as search compares it: without case, accents and ligatures. */
export function fold(text: string): string {
  const short = text.slice(0, longest);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: most texts are ASCII and need no more
  if (/^[\x00-\x7f]*$/.test(short)) return short.toLowerCase();
  return short
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replaceAll('ß', 'ss');
}

/** Whether a text, folded, has all words of a filter; undefined for a filter without words. */
export function wordFilter(filter: string): ((folded: string) => boolean) | undefined {
  const words = fold(filter).split(/\s+/).filter(Boolean);
  return words.length === 0 ? undefined : (folded) => words.every((word) => folded.includes(word));
}

/** The folded words of a text; `airTemperature` is two. */
export function searchWords(text: string): readonly string[] {
  const spaced = text.slice(0, longest).replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ');
  return fold(spaced).match(/[\p{L}\p{N}]+/gu) ?? [];
}
