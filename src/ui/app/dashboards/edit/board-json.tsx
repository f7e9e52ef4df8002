import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useState } from 'react';
import type { Dashboard } from '../../../dashboard.ts';
import { useMessages } from '../../language/language.tsx';
import { parseJson } from '../../parse-json.ts';
import { useSaveBoard } from '../boards.ts';
import edits from './edit.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { SavingProblem } from './saving-problem.tsx';
import { useLeaveEditing } from './use-leave-editing.ts';

/** The whole board as JSON; the servient tells what of it is no board. */
export function BoardJson({ slug, board, draft }: EditedBoardProps) {
  const t = useMessages(messages);
  const own = JSON.stringify(board, null, 2);
  const [typed, setTyped, forget] = useTyped(slug);
  const [notJson, setNotJson] = useState<string>();
  const { mutateAsync, error, isPending, reset } = useSaveBoard();
  const leave = useLeaveEditing();
  const text = typed ?? own;
  const save = async (over?: Dashboard) => {
    const parsed = parseJson(text);
    setNotJson('thrown' in parsed ? parsed.thrown.message : undefined);
    reset();
    if ('thrown' in parsed) return;
    await mutateAsync({ slug, board: parsed.value, over });
    forget();
    draft.discard();
    leave();
  };
  return (
    <Stack gap="sm">
      <Textarea
        className={edits.json}
        label={t.jsonLabel}
        autosize
        minRows={12}
        maxRows={28}
        spellCheck={false}
        value={text}
        error={notJson === undefined ? undefined : t.notJson(notJson)}
        onChange={({ currentTarget: { value } }) => (value === own ? forget() : setTyped(value))}
      />
      <SavingProblem error={error} overwrite={() => void save().catch(() => {})} />
      <Group gap="xs">
        <Button loading={isPending} onClick={() => void save(draft.base).catch(() => {})}>
          {t.save}
        </Button>
        {typed === undefined ? null : (
          <Button variant="default" onClick={forget}>
            {t.discard}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** What was typed and is not saved; the tab keeps it. */
function useTyped(slug: string) {
  return useSessionStorage<string | undefined>({
    key: `thingwright-dashboard-json-${slug}`,
    getInitialValueInEffect: false,
  });
}
