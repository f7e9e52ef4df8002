import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { keep, kept } from '../kept.ts';

/** The languages that the page speaks; the first one where the reader prefers none of them. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
/** Each in itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/** A text, or what makes it of some values. */
type Message = string | ((...values: never[]) => string);
type Same<M> = {
  readonly [K in keyof M]: M[K] extends (...values: infer A) => string ? (...values: A) => string : string;
};
/** The texts of one folder of the page, in every language alike. */
export type Catalogue<M> = { readonly [L in Language]: Same<M> };

/** A catalogue whose German has exactly what its English has. */
export function catalogue<M extends Readonly<Record<string, Message>>>(en: M, de: Same<M>): Catalogue<M> {
  return { en: en as unknown as Same<M>, de };
}

interface Chosen {
  readonly language: Language;
  choose(language: Language): void;
}

const stored = 'thingwright-language';
const LanguageContext = createContext<Chosen>({ language: 'en', choose: () => {} });

/** Gives the page its language: the one chosen here before, else the first one of the browser's that it speaks. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setChosen] = useState<Language | undefined>(() =>
    languages.find((language) => language === kept(stored)),
  );
  const language = chosen ?? preferred();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      choose(next: Language): void {
        keep(stored, next);
        setChosen(next);
      },
    }),
    [language],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

/** The texts of a catalogue in the reader's language. */
export function useMessages<M>(messages: Catalogue<M>): Same<M> {
  return messages[useContext(LanguageContext).language];
}

/** The language and the means to change it. */
export function useLanguage(): Chosen {
  return useContext(LanguageContext);
}

function preferred(): Language {
  const wanted = navigator.languages.map((tag) => tag.split('-', 1)[0]);
  return wanted.flatMap((tag) => languages.find((language) => language === tag) ?? [])[0] ?? languages[0];
}
