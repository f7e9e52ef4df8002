import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useMessages } from '../../language/language.tsx';
import { Guarded } from '../../notices/guarded.tsx';
import { useSearchText } from '../../thing/use-search-text.ts';
import { AddTile } from './add-tile.tsx';
import { BoardJson } from './board-json.tsx';
import { BoardSettings } from './board-settings.tsx';
import edits from './edit.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';
import { TileSettings } from './tile-settings.tsx';

/** What is being edited beside the board: `?panel=` is `add`, `board`, `json`, or the index of a tile. */
export function EditPanel(props: EditedBoardProps) {
  const t = useMessages(messages);
  const [panel, open] = useSearchText('panel');
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const shown = useShown(props, panel);
  return (
    <Drawer
      opened={shown !== undefined}
      onClose={() => open(undefined)}
      position="right"
      size={narrow ? '100%' : 440}
      overlayProps={{ backgroundOpacity: 0.25 }}
      classNames={{ body: edits.panel }}
      title={shown?.title}
      closeButtonProps={{ 'aria-label': t.close, size: narrow ? 44 : 36 }}
    >
      {shown ? <Guarded what={shown.title}>{shown.content}</Guarded> : null}
    </Drawer>
  );
}

function useShown(
  props: EditedBoardProps,
  panel: string | undefined,
): { readonly title: string; readonly content: ReactNode } | undefined {
  const t = useMessages(messages);
  if (panel === 'add') return { title: t.addTile, content: <AddTile {...props} /> };
  if (panel === 'board') return { title: t.board, content: <BoardSettings {...props} /> };
  if (panel === 'json') return { title: t.json, content: <BoardJson {...props} /> };
  const index = panel === undefined ? -1 : Number(panel);
  const tile = props.board.tiles[index];
  return tile && { title: t.tile, content: <TileSettings {...props} tile={tile} index={index} /> };
}
