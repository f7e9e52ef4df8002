import { StreamLanguage } from '@codemirror/language';

const patterns: readonly (readonly [token: string, pattern: RegExp])[] = [
  ['comment', /\/\*.*?\*\//],
  ['string', /"(?:[^"\\]|\\.)*"(?!\??:)/],
  ['propertyName', /(?:"(?:[^"\\]|\\.)*"|[\w$]+)(?=\??:)/],
  ['keyword', /(?:export|interface|readonly|unknown|undefined|null|number|string|boolean|true|false)\b/],
  ['number', /-?\d[\w.+-]*/],
];

/** Colours for generated declarations: comments are on one line there. */
export const typescriptLanguage = StreamLanguage.define({
  name: 'typescript',
  token(stream) {
    for (const [token, pattern] of patterns) {
      if (stream.match(new RegExp(pattern, 'y'))) return token;
    }
    if (!stream.match(/[\w$]+/)) stream.next();
    return null;
  },
  languageData: {},
});
