import { useMantineColorScheme } from '@mantine/core';
import { type Icon, IconArrowRight, IconKeyboard, IconLanguage, IconPalette } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import {
  type Language,
  languageNames,
  languages,
  useLanguage,
  useMessages,
} from '../../language/language.tsx';
import type { Search } from '../../routes.tsx';
import { messages as shellMessages } from '../../shell/messages.ts';
import { pages } from '../../shell/pages.ts';
import { schemes } from '../../shell/preferences.tsx';
import { messages } from './messages.ts';

/** Something that the page does when it is chosen. */
export interface Command {
  readonly title: string;
  /** By which it is found, too. */
  readonly words: readonly string[];
  readonly icon: Icon;
  run(): void;
}

/** What each is called in the other one. */
const foreignNames: Readonly<Record<Language, string>> = { en: 'Englisch', de: 'German' };

/** What can be done from everywhere. */
export function useCommands(): readonly Command[] {
  const t = useMessages(messages);
  const shell = useMessages(shellMessages);
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { choose } = useLanguage();
  return [
    ...pages.map(({ to, label }) => ({
      title: t.go(shell[label]),
      words: inAll(label),
      icon: IconArrowRight,
      run: () => void navigate({ to }),
    })),
    ...schemes.map((scheme) => ({
      title: t.scheme(shell[scheme]),
      words: [t.schemeWords, ...inAll(scheme)],
      icon: IconPalette,
      run: () => setColorScheme(scheme),
    })),
    ...languages.map((language) => ({
      title: t.language(languageNames[language]),
      words: [foreignNames[language]],
      icon: IconLanguage,
      run: () => choose(language),
    })),
    {
      title: t.keys,
      words: [t.keysWords],
      icon: IconKeyboard,
      run: () =>
        void navigate({ to: '.', search: (old: Search) => ({ ...old, help: 'keys' }), replace: true }),
    },
  ];
}

function inAll(label: (typeof pages)[number]['label'] | (typeof schemes)[number]): readonly string[] {
  return languages.map((language) => shellMessages[language][label]);
}
