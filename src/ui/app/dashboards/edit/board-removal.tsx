import { Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMessages } from '../../language/language.tsx';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { useBoards, useDeleteBoard } from '../boards.ts';
import edits from './edit.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { useLeaveEditing } from './use-leave-editing.ts';

/** Deletes a board that was made here, or what was changed of one that was shipped; asks before. */
export function BoardRemoval({ slug, draft }: Pick<EditedBoardProps, 'slug' | 'draft'>) {
  const t = useMessages(messages);
  const listed = useBoards().data?.find((board) => board.slug === slug);
  const [asked, ask] = useState(false);
  const { remove, error, isPending } = useRemoval(slug, draft);
  if (!listed?.edited) return null;
  const words = listed.shipped ? { act: t.reset, ask: t.resetAsk } : { act: t.deleteBoard, ask: t.deleteAsk };
  const Icon = listed.shipped ? IconArrowBackUp : IconTrash;
  return (
    <Stack gap="sm">
      {asked ? (
        <div className={edits.confirm} role="alertdialog" aria-label={words.act}>
          <Text size="sm">{words.ask}</Text>
          <Group gap="xs" mt="xs">
            <Button color="red" loading={isPending} onClick={() => void remove(listed.shipped)}>
              {words.act}
            </Button>
            <Button variant="default" onClick={() => ask(false)}>
              {t.cancel}
            </Button>
          </Group>
        </div>
      ) : (
        <Button variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={() => ask(true)}>
          {words.act}
        </Button>
      )}
      {error ? <ProblemNotice problem={problemIn(error)} /> : null}
    </Stack>
  );
}

function useRemoval(slug: string, draft: EditedBoardProps['draft']) {
  const { mutateAsync, error, isPending } = useDeleteBoard();
  const navigate = useNavigate();
  const leave = useLeaveEditing();
  const remove = async (shipped: boolean) => {
    const removed = await mutateAsync(slug).then(
      () => true,
      () => false,
    );
    if (!removed) return;
    draft.discard();
    if (shipped) leave();
    else await navigate({ to: '/app/dashboards' });
  };
  return { remove, error, isPending };
}
