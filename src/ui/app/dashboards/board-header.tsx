import { ActionIcon, Button, Group, Text, Title } from '@mantine/core';
import { type Icon, IconMaximize, IconMinimize, IconPencil } from '@tabler/icons-react';
import type { Dashboard } from '../../dashboard.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { ConnectionState } from '../shell/connection-state.tsx';
import { useSearchText } from '../thing/use-search-text.ts';
import classes from './dashboards.module.css';
import { ExportLink } from './export-link.tsx';
import { messages } from './messages.ts';

interface BoardHeaderProps {
  readonly slug: string;
  readonly board: Dashboard;
  readonly editing: boolean;
}

/** What the board is called and what it is for, and the ways to look at it. */
export function BoardHeader({ slug, board, editing }: BoardHeaderProps) {
  const { title, description } = useTdText()(board, slug);
  return (
    <div className={classes.header}>
      <div className={classes.words}>
        <Title order={1} lineClamp={2} title={title} data-td-text dir="auto">
          {title}
        </Title>
        {description === undefined ? null : (
          <Text lineClamp={3} title={description} data-td-text dir="auto">
            {description}
          </Text>
        )}
      </div>
      {editing ? null : <Views slug={slug} title={title} />}
    </div>
  );
}

function Views({ slug, title }: { readonly slug: string; readonly title: string }) {
  const t = useMessages(messages);
  const [, edit] = useSearchText('edit', { back: true });
  const [kiosk, setKiosk] = useSearchText('kiosk', { back: true });
  if (kiosk !== undefined) {
    return (
      <Group gap="xs">
        <ConnectionState />
        <ViewButton label={t.leaveKiosk} icon={IconMinimize} show={() => setKiosk(undefined)} />
      </Group>
    );
  }
  return (
    <Group gap="xs">
      <ExportLink slug={slug} title={title} />
      <ViewButton label={t.kiosk} icon={IconMaximize} show={() => setKiosk('1')} />
      <Button
        variant="default"
        className={classes.button}
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={() => edit('1')}
      >
        {t.edit}
      </Button>
    </Group>
  );
}

interface ViewButtonProps {
  readonly label: string;
  readonly icon: Icon;
  show(): void;
}

function ViewButton({ label, icon: Picture, show }: ViewButtonProps) {
  return (
    <ActionIcon
      variant="default"
      className={classes.icon}
      size={36}
      aria-label={label}
      title={label}
      onClick={show}
    >
      <Picture size={18} aria-hidden />
    </ActionIcon>
  );
}
