import type { MultiLanguage } from '../../../contracts/td.ts';
import { useLanguage } from './language.tsx';
import { textIn } from './text-in.ts';

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
  return ({ title, titles, description: text, descriptions }, name) => {
    const description = textIn(language, descriptions, text);
    return { title: textIn(language, titles, title) ?? name, ...(description && { description }) };
  };
}
