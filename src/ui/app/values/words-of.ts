/** The words of a type's last part or of a title, in lower case: `saref:OnOffState` is on, off, state. */
export function wordsOf(text: string): readonly string[] {
  const name = /^[a-z][\w+.-]*:\S+$/i.test(text)
    ? (text.split(/[#/:]/).findLast((part) => part !== '') ?? '')
    : text;
  return name
    .slice(0, 200)
    .replace(/(\p{Ll}|\d)(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
