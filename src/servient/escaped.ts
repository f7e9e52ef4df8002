/** The text with control and direction characters as JSON escapes: text of others cannot steer the terminal. */
export function escaped(text: string): string {
  return text.replace(
    /[^\P{Cc}\t]|[\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
