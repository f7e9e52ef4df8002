import type { MultiLanguage } from '../../../contracts/td.ts';
import { useLanguage } from './language.tsx';

/** What carries texts in a TD. */
export interface Titled {
  readonly title?: string;
  readonly titles?: MultiLanguage;
  readonly description?: string;
  readonly descriptions?: MultiLanguage;
}

/** The title and description of a TD or affordance in the reader's language (TD 1.1 section 5.3.1.6); `name` where it has no title. */
export function useTdText(): (
  titled: Titled,
  name: string,
) => { readonly title: string; readonly description?: string } {
  const { language } = useLanguage();
  return (titled, name) => {
    const description = inLanguage(titled.descriptions, language) ?? textIn(titled.description);
    const title = inLanguage(titled.titles, language) ?? textIn(titled.title);
    return { title: title || name, ...(description ? { description } : {}) };
  };
}

function inLanguage(texts: MultiLanguage | undefined, language: string): string | undefined {
  if (!texts || typeof texts !== 'object') return undefined;
  const tag = Object.keys(texts).find((candidate) => candidate.toLowerCase().split('-', 1)[0] === language);
  const text = tag === undefined ? undefined : texts[tag];
  return textIn(text);
}

/** TDs of strangers may have anything here. */
function textIn(text: unknown): string | undefined {
  return typeof text === 'string' ? text : undefined;
}
