import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useState } from 'react';
import { useMessages } from '../../language/language.tsx';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { useSaveBoard } from '../boards.ts';
import edits from './edit.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { useLeaveEditing } from './use-leave-editing.ts';

/** The whole board as JSON; the servient tells what of it is no board. */
export function BoardJson({ slug, board, draft }: EditedBoardProps) {
  const t = useMessages(messages);
  const own = JSON.stringify(board, null, 2);
  const [typed, setTyped, forget] = useTyped(slug);
  const [notJson, setNotJson] = useState<string>();
  const { mutateAsync, error, isPending } = useSaveBoard();
  const leave = useLeaveEditing();
  const text = typed ?? own;
  const save = async () => {
    const parsed = parse(text);
    setNotJson(parsed.fault);
    if (parsed.fault !== undefined) return;
    await mutateAsync({ slug, board: parsed.value });
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
      {error ? <ProblemNotice problem={problemIn(error)} /> : null}
      <Group gap="xs">
        <Button loading={isPending} onClick={() => void save().catch(() => {})}>
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

function parse(text: string): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
