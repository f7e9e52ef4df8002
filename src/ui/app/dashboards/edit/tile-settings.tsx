import { Button, Group, Input, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Tile } from '../../../dashboard.ts';
import { useLanguage, useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { useSearchText } from '../../thing/use-search-text.ts';
import { reworded, widthOf, withTile } from '../board-changes.ts';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { ThingChoice } from './thing-choice.tsx';
import { TileLookChoice } from './tile-look-choice.tsx';

interface TileSettingsProps extends EditedBoardProps {
  readonly tile: Tile;
  readonly index: number;
}

/** What a tile shows, of which Things, and how. */
export function TileSettings({ board, draft, things, place, tile, index }: TileSettingsProps) {
  const t = useMessages(messages);
  const [, open] = useSearchText('panel');
  const change = (next: Tile) => draft.change(withTile(board, index, next));
  const parts = { board, things, place, tile, change };
  return (
    <Stack gap="md">
      {tile.text === undefined ? (
        <>
          <ThingChoice {...parts} />
          {tile.property === undefined ? null : <TileLookChoice {...parts} />}
        </>
      ) : null}
      <Words tile={tile} change={change} />
      <Input.Wrapper label={t.width} labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label={t.width}
          data={['1', '2', '3', '4']}
          value={String(widthOf(tile))}
          onChange={(width) => change({ ...tile, width: Number(width) })}
        />
      </Input.Wrapper>
      <Group justify="space-between">
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => {
            draft.change(withTile(board, index));
            open(undefined);
          }}
        >
          {t.remove}
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => open('add')}
        >
          {t.addAnother}
        </Button>
      </Group>
    </Stack>
  );
}

function Words({ tile, change }: { readonly tile: Tile; change(tile: Tile): void }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const words = useTdText();
  const isText = tile.text !== undefined;
  return (
    <>
      <TextInput
        label={isText ? t.title : t.tileTitle}
        maxLength={200}
        value={words(tile, '').title}
        onChange={({ currentTarget: { value } }) =>
          change(reworded(tile, 'title', { language, words: value }))
        }
      />
      {isText ? (
        <Textarea
          label={t.text}
          autosize
          minRows={3}
          maxRows={12}
          maxLength={2000}
          value={words({ title: tile.text, titles: tile.texts }, '').title}
          onChange={({ currentTarget: { value } }) =>
            change(reworded(tile, 'text', { language, words: value }))
          }
        />
      ) : null}
    </>
  );
}
