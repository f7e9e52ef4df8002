import { VisuallyHidden } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Dashboard } from '../../../dashboard.ts';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { Empty } from '../../notices/empty.tsx';
import { withMovedTile, withTile } from '../board-changes.ts';
import { thingsOf } from '../board-things.ts';
import classes from '../dashboards.module.css';
import { messages as boardMessages } from '../messages.ts';
import { tileKeys } from '../tile-keys.ts';
import type { Draft } from '../use-draft.ts';
import edits from './edit.module.css';
import { EditBar } from './edit-bar.tsx';
import { EditPanel } from './edit-panel.tsx';
import { type Dragged, EditedTile } from './edited-tile.tsx';
import { messages } from './messages.ts';
import { useTileLabel } from './use-tile-label.ts';

/** What each part of the editing of a board knows. */
export interface EditedBoardProps {
  readonly slug: string;
  /** With what was changed. */
  readonly board: Dashboard;
  readonly saved: Dashboard;
  readonly draft: Draft;
  readonly things: readonly ThingSummary[];
  readonly place?: string;
}

/** A board that is being edited: what is changed is seen at once and kept by the tab until it is saved. */
export function EditedBoard(props: EditedBoardProps) {
  return (
    <>
      <EditBar {...props} />
      <EditedGrid {...props} />
      <EditPanel {...props} />
    </>
  );
}

function EditedGrid({ board, draft, things, place }: EditedBoardProps) {
  const t = useMessages(boardMessages);
  const { move, told } = useMove(board, draft);
  const [dragged, drag] = useState<Dragged>();
  const keys = tileKeys(board.tiles);
  const grid = useRef<HTMLUListElement>(null);
  if (board.tiles.length === 0) return <Empty text={t.noTiles} />;
  const remove = (index: number) => {
    draft.change(withTile(board, index));
    requestAnimationFrame(() => focusTools(grid.current, index));
  };
  return (
    <section className={classes.tiles} aria-labelledby="tiles">
      <VisuallyHidden component="h2" id="tiles">
        {t.tiles}
      </VisuallyHidden>
      <ul className={classes.grid} ref={grid}>
        {board.tiles.map((tile, index) => (
          <EditedTile
            key={keys[index]}
            tile={tile}
            index={index}
            last={index === board.tiles.length - 1}
            things={thingsOf(tile, things, place)}
            dragged={dragged}
            drag={drag}
            move={move}
            remove={() => remove(index)}
          />
        ))}
      </ul>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
    </section>
  );
}

/** The button that was pressed went with its tile: the focus goes to the one that stands there now. */
function focusTools(grid: HTMLUListElement | null, index: number): void {
  const tile = grid?.children[Math.min(index, grid.children.length - 1)];
  const tools = tile?.querySelectorAll<HTMLElement>(`.${edits.tool}`) ?? [];
  [...tools].at(-1)?.focus();
}

/** Moves tiles, and says where they are. */
function useMove(board: Dashboard, draft: Draft) {
  const t = useMessages(messages);
  const labelOf = useTileLabel();
  const [told, tell] = useState('');
  const move = (from: number, to: number) => {
    const tile = board.tiles[from];
    if (!tile || from === to) return;
    draft.change(withMovedTile(board, from, to));
    tell(t.moved(labelOf(tile), to + 1, board.tiles.length));
  };
  return { move, told };
}
