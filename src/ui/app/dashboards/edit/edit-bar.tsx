import { Button, Group, Text } from '@mantine/core';
import { IconBraces, IconPlus, IconSettings } from '@tabler/icons-react';
import { useMessages } from '../../language/language.tsx';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { useSearchText } from '../../thing/use-search-text.ts';
import { useSaveBoard } from '../boards.ts';
import classes from '../dashboards.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { useLeaveEditing } from './use-leave-editing.ts';

/** What can be done with the whole board while it is edited. */
export function EditBar(props: EditedBoardProps) {
  const t = useMessages(messages);
  const [, open] = useSearchText('panel', { back: true });
  const { mutateAsync, error, isPending } = useSaveBoard();
  const { slug, board, draft } = props;
  const leave = useLeaveEditing();
  const save = async () => {
    await mutateAsync({ slug, board });
    draft.discard();
    leave();
  };
  return (
    <>
      <Group className={classes.bar} gap="xs">
        <Button
          className={classes.button}
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => open('add')}
        >
          {t.addTile}
        </Button>
        <Button
          variant="default"
          className={classes.button}
          leftSection={<IconSettings size={16} aria-hidden />}
          onClick={() => open('board')}
        >
          {t.board}
        </Button>
        <Button
          variant="default"
          className={classes.button}
          leftSection={<IconBraces size={16} aria-hidden />}
          onClick={() => open('json')}
        >
          {t.json}
        </Button>
        <Endings draft={draft} busy={isPending} leave={leave} save={() => void save().catch(() => {})} />
      </Group>
      {error ? <ProblemNotice problem={problemIn(error)} /> : null}
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
