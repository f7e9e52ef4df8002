import { Button, Group, Text } from '@mantine/core';
import { IconBraces, IconPlus, IconSettings } from '@tabler/icons-react';
import type { Dashboard } from '../../../dashboard.ts';
import { useMessages } from '../../language/language.tsx';
import { useSearchText } from '../../thing/use-search-text.ts';
import { useSaveBoard } from '../boards.ts';
import classes from '../dashboards.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { SavingProblem } from './saving-problem.tsx';
import { useLeaveEditing } from './use-leave-editing.ts';

/** What can be done with the whole board while it is edited. */
export function EditBar(props: EditedBoardProps) {
  const t = useMessages(messages);
  const [, open] = useSearchText('panel', { back: true });
  const { mutateAsync, error, isPending } = useSaveBoard();
  const { slug, board, draft } = props;
  const leave = useLeaveEditing();
  const panels = [
    { panel: 'add', label: t.addTile, Icon: IconPlus, variant: 'filled' },
    { panel: 'board', label: t.board, Icon: IconSettings, variant: 'default' },
    { panel: 'json', label: t.json, Icon: IconBraces, variant: 'default' },
  ];
  const save = async (over?: Dashboard) => {
    await mutateAsync({ slug, board, over });
    draft.discard();
    leave();
  };
  return (
    <>
      <Group className={classes.bar} gap="xs">
        {panels.map(({ panel, label, Icon, variant }) => (
          <Button
            key={panel}
            variant={variant}
            className={classes.button}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => open(panel)}
          >
            {label}
          </Button>
        ))}
        <Endings
          draft={draft}
          busy={isPending}
          leave={leave}
          save={() => void save(draft.base).catch(() => {})}
        />
      </Group>
      <SavingProblem error={error} overwrite={() => void save().catch(() => {})} />
    </>
  );
}

interface EndingsProps extends Pick<EditedBoardProps, 'draft'> {
  readonly busy: boolean;
  leave(): void;
  save(): void;
}

/** How the editing ends. */
function Endings({ draft, busy, leave, save }: EndingsProps) {
  const t = useMessages(messages);
  if (!draft.changed) {
    return (
      <Group gap="xs" ml="auto">
        <Text size="sm">{t.unchanged}</Text>
        <Button variant="default" className={classes.button} onClick={leave}>
          {t.done}
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="xs" ml="auto">
      <Text size="sm" role="status">
        {t.changed}
      </Text>
      <Button variant="default" className={classes.button} onClick={draft.discard}>
        {t.discard}
      </Button>
      <Button className={classes.button} loading={busy} onClick={save}>
        {t.save}
      </Button>
    </Group>
  );
}
