import { Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isJsonObject, textOf } from '../../../td/json-object.ts';
import { useMessages } from '../language/language.tsx';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { parseJson } from '../parse-json.ts';
import { slugOf } from './board-changes.ts';
import { useSaveBoard } from './boards.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';

/** Makes a board by its title, or of a file. */
export function NewBoard({ taken }: { readonly taken: readonly string[] }) {
  const t = useMessages(messages);
  const [naming, setNaming] = useState(false);
  const [notJson, setNotJson] = useState<string>();
  const { add, error } = useNewBoard(taken);
  const read = async (file: File | null) => {
    if (!file) return;
    const parsed = parseJson(await file.text());
    setNotJson('thrown' in parsed ? file.name : undefined);
    if ('thrown' in parsed) return;
    await add(titleIn(parsed.value) || file.name.replace(/\.json$/i, ''), parsed.value);
  };
  return (
    <Stack gap="xs">
      <Group gap="xs" justify="flex-end">
        <FileButton accept="application/json,.json" onChange={(file) => void read(file)} key={notJson}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              className={classes.button}
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {t.import}
            </Button>
          )}
        </FileButton>
        <Button
          className={classes.button}
          leftSection={<IconPlus size={16} aria-hidden />}
          aria-expanded={naming}
          onClick={() => setNaming(!naming)}
        >
          {t.newBoard}
        </Button>
      </Group>
      {naming ? <Naming create={(title) => void add(title, { title, tiles: [] }, true)} /> : null}
      {notJson === undefined ? null : <Text role="alert">{t.noJson(notJson)}</Text>}
      {error ? <ProblemNotice problem={problemIn(error)} /> : null}
    </Stack>
  );
}

const focus = (input: HTMLInputElement | null) => input?.focus();

function Naming({ create }: { create(title: string): void }) {
  const t = useMessages(messages);
  const [title, setTitle] = useState('');
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== '') create(title.trim());
      }}
    >
      <TextInput
        label={t.newTitle}
        className={classes.words}
        value={title}
        maxLength={200}
        required
        ref={focus}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
      />
      <Button type="submit" className={classes.button}>
        {t.create}
      </Button>
    </form>
  );
}

/** What keeps a new board and goes there. */
function useNewBoard(taken: readonly string[]) {
  const { mutateAsync, error } = useSaveBoard();
  const navigate = useNavigate();
  const add = async (title: string, board: unknown, edit = false) => {
    const slug = slugOf(title, taken);
    const kept = await mutateAsync({ slug, board, over: null }).then(
      () => true,
      () => false,
    );
    if (!kept) return;
    const search = edit ? { edit: 1, panel: 'add' } : {};
    await navigate({ to: '/app/dashboards/$slug', params: { slug }, search });
  };
  return { add, error };
}

function titleIn(board: unknown): string {
  return isJsonObject(board) ? textOf(board['title']) : '';
}
