/** What a part of a command is: a text that becomes one word, or what is a word of the shell already. */
export type Word = string | { readonly shell: string };

/** Characters of a line, where its parts let it. */
const widest = 60;

/** A command for a POSIX shell, its parts on lines of their own where it is long; words of one part stay together. */
export function command(program: string, parts: readonly (readonly Word[])[]): string {
  const lines = [program];
  for (const part of parts) {
    const text = part.map(quoted).join(' ');
    const last = lines.at(-1) ?? '';
    if (last.length + text.length < widest) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines.join(' \\\n  ');
}

/** A text as one word, whatever stands in it. */
export function quoted(word: Word): string {
  if (typeof word !== 'string') return word.shell;
  return /^[\w%+:,./@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
