import { useMantineColorScheme } from '@mantine/core';
import { type Icon, IconArrowRight, IconKeyboard, IconLanguage, IconPalette } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { languageNames, languages, useLanguage, useMessages } from '../../language/language.tsx';
import type { Search } from '../../routes.tsx';
import { messages as shellMessages } from '../../shell/messages.ts';
import { pages } from '../../shell/pages.ts';
import { schemes } from '../../shell/preferences.tsx';
import { messages } from './messages.ts';

/** Something that the page does when it is chosen. */
export interface Command {
  readonly title: string;
  readonly icon: Icon;
  run(): void;
}

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
      icon: IconArrowRight,
      run: () => void navigate({ to }),
    })),
    ...schemes.map((scheme) => ({
      title: t.scheme(shell[scheme]),
      icon: IconPalette,
      run: () => setColorScheme(scheme),
    })),
    ...languages.map((language) => ({
      title: t.language(languageNames[language]),
      icon: IconLanguage,
      run: () => choose(language),
    })),
    {
      title: t.keys,
      icon: IconKeyboard,
      run: () => void navigate({ to: '.', search: (old: Search) => ({ ...old, help: 'keys' }) }),
    },
  ];
}
