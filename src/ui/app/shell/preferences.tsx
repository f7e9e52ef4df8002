import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconKeyboard, IconSettings } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { languageNames, languages, useLanguage, useMessages } from '../language/language.tsx';
import type { Search } from '../routes.tsx';
import { messages } from './messages.ts';
import { useShortcutsOn } from './use-shortcut.ts';

export const schemes = ['auto', 'light', 'dark'] as const;

/** Colours, language and keys. */
export function Preferences() {
  const t = useMessages(messages);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { language, choose } = useLanguage();
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={`${t.scheme}, ${t.language}, ${t.keys}`}
        >
          <IconSettings size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.scheme}</Menu.Label>
        {schemes.map((scheme) => (
          <Choice
            key={scheme}
            label={t[scheme]}
            chosen={scheme === colorScheme}
            choose={() => setColorScheme(scheme)}
          />
        ))}
        <Menu.Divider />
        <Menu.Label>{t.language}</Menu.Label>
        {languages.map((each) => (
          <Choice
            key={each}
            label={languageNames[each]}
            chosen={each === language}
            choose={() => choose(each)}
          />
        ))}
        <Menu.Divider />
        <Keys />
      </Menu.Dropdown>
    </Menu>
  );
}

function Keys() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [on, setOn] = useShortcutsOn();
  return (
    <>
      <Menu.Label>{t.keys}</Menu.Label>
      <Choice label={t.singleKeys} chosen={on} choose={() => setOn(!on)} />
      <Menu.Item
        onClick={() => void navigate({ to: '.', search: (old: Search) => ({ ...old, help: 'keys' }) })}
        rightSection={<IconKeyboard size={16} aria-hidden />}
      >
        {t.showKeys}
      </Menu.Item>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly chosen: boolean;
  choose(): void;
}

function Choice({ label, chosen, choose }: ChoiceProps) {
  return (
    <Menu.Item
      onClick={choose}
      aria-current={chosen}
      rightSection={chosen ? <IconCheck size={16} aria-hidden /> : null}
    >
      {label}
    </Menu.Item>
  );
}
