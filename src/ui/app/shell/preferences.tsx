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
        <Choices values={schemes} names={t} chosen={colorScheme} choose={setColorScheme} />
        <Menu.Divider />
        <Menu.Label>{t.language}</Menu.Label>
        <Choices values={languages} names={languageNames} chosen={language} choose={choose} />
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

interface ChoicesProps<T extends string> {
  readonly values: readonly T[];
  readonly names: Readonly<Record<T, string>>;
  readonly chosen: T;
  choose(value: T): void;
}

function Choices<T extends string>({ values, names, chosen, choose }: ChoicesProps<T>) {
  return values.map((value) => (
    <Choice key={value} label={names[value]} chosen={value === chosen} choose={() => choose(value)} />
  ));
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
