import { ActionIcon, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconGripVertical, IconPencil, IconTrash } from '@tabler/icons-react';
import type { DragEvent } from 'react';
import type { Tile } from '../../../dashboard.ts';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { useSearchText } from '../../thing/use-search-text.ts';
import { widthOf } from '../board-changes.ts';
import classes from '../dashboards.module.css';
import { BareTile } from '../tile-grid.tsx';
import { ThingTile } from '../tiles/thing-tile.tsx';
import edits from './edit.module.css';
import { messages } from './messages.ts';
import { useTileLabel } from './use-tile-label.ts';

/** The index of the tile that is being dragged, and of that where it would come to stand. */
export interface Dragged {
  readonly from: number;
  readonly to: number;
}

interface EditedTileProps {
  readonly tile: Tile;
  readonly index: number;
  readonly last: boolean;
  /** Those that fit it. */
  readonly things: readonly ThingSummary[];
  readonly dragged: Dragged | undefined;
  drag(dragged: Dragged | undefined): void;
  move(from: number, to: number): void;
  remove(): void;
}

/** A tile that can be moved, changed and removed; it shows the first Thing that fits it, and does nothing meanwhile. */
export function EditedTile(props: EditedTileProps) {
  const { tile, index, things, dragged, drag, move } = props;
  const [thing] = things;
  const over = (event: DragEvent) => {
    if (!dragged) return;
    event.preventDefault();
    if (dragged.to !== index) drag({ ...dragged, to: index });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (dragged) move(dragged.from, index);
    drag(undefined);
  };
  return (
    <li
      className={`${classes.tile} ${edits.tile}`}
      data-width={widthOf(tile)}
      data-dragged={dragged?.from === index || undefined}
      data-target={dragged?.to === index || undefined}
      onDragOver={over}
      onDrop={drop}
    >
      <Tools {...props} />
      <div inert className={edits.inert}>
        {thing ? <ThingTile tile={tile} thing={thing} /> : <BareTile tile={tile} />}
      </div>
    </li>
  );
}

function Tools({ tile, index, last, things, drag, move, remove }: EditedTileProps) {
  const t = useMessages(messages);
  const label = useTileLabel()(tile);
  const [, open] = useSearchText('panel', { back: true });
  const tools = [
    { name: t.earlier(label), Icon: IconArrowLeft, run: () => move(index, index - 1), off: index === 0 },
    { name: t.later(label), Icon: IconArrowRight, run: () => move(index, index + 1), off: last },
    { name: t.editTile(label), Icon: IconPencil, run: () => open(String(index)) },
    { name: t.removeTile(label), Icon: IconTrash, run: remove },
  ];
  return (
    <Group gap={4} wrap="nowrap" className={edits.tools}>
      <span
        className={edits.grip}
        draggable
        aria-hidden
        title={t.drag}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = 'move';
          event.dataTransfer.setData('text/plain', label);
          const tileElement = event.currentTarget.closest('li');
          if (tileElement) event.dataTransfer.setDragImage(tileElement, 20, 20);
          drag({ from: index, to: index });
        }}
        onDragEnd={() => drag(undefined)}
      >
        <IconGripVertical size={18} />
      </span>
      <Text size="sm" className={edits.count} title={t.fitting(things.length)}>
        {tile.text === undefined ? t.fitting(things.length) : ''}
      </Text>
      {tools.map(({ name, Icon, run, off = false }) => (
        <ActionIcon
          key={name}
          variant="subtle"
          color="gray"
          size={32}
          className={edits.tool}
          aria-label={name}
          title={name}
          // One that is disabled while it is pressed would lose the focus.
          aria-disabled={off}
          data-disabled={off || undefined}
          onClick={off ? undefined : run}
        >
          <Icon size={18} aria-hidden />
        </ActionIcon>
      ))}
    </Group>
  );
}
