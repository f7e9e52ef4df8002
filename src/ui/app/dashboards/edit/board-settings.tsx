import { Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useLanguage, useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { reworded } from '../board-changes.ts';
import { BoardRemoval } from './board-removal.tsx';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';

/** What the board is called, what it is for, and whether it is for one place at a time. */
export function BoardSettings({ slug, board, draft }: EditedBoardProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { title, description = '' } = useTdText()(board, '');
  const { per, ...rest } = board;
  return (
    <Stack gap="md">
      <TextInput
        label={t.boardTitle}
        maxLength={200}
        required
        value={title}
        onChange={({ currentTarget: { value } }) =>
          draft.change(reworded(board, 'title', { language, words: value }))
        }
      />
      <Textarea
        label={t.boardDescription}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={description}
        onChange={({ currentTarget: { value } }) =>
          draft.change(reworded(board, 'description', { language, words: value }))
        }
      />
      <Switch
        label={t.per}
        description={t.perHelp}
        checked={per === 'location'}
        onChange={({ currentTarget: { checked } }) =>
          draft.change(checked ? { ...board, per: 'location' } : rest)
        }
      />
      <BoardRemoval slug={slug} draft={draft} />
    </Stack>
  );
}
