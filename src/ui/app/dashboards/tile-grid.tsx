import { Text, VisuallyHidden } from '@mantine/core';
import type { Dashboard, Tile } from '../../dashboard.ts';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { Empty } from '../notices/empty.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { widthOf } from './board-changes.ts';
import { affordanceOf, thingsOf } from './board-things.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';
import { tileKeys } from './tile-keys.ts';
import { TextTile } from './tiles/text-tile.tsx';
import { ThingTile } from './tiles/thing-tile.tsx';

interface TileGridProps {
  readonly board: Dashboard;
  readonly things: readonly ThingSummary[];
  readonly place?: string;
}

/** The tiles of a board; one that several Things fit is there for each. */
export function TileGrid({ board, things, place }: TileGridProps) {
  const t = useMessages(messages);
  const keys = tileKeys(board.tiles);
  if (board.tiles.length === 0) return <Empty text={t.noTiles} />;
  return (
    <section className={classes.tiles} aria-labelledby="tiles">
      <VisuallyHidden component="h2" id="tiles">
        {t.tiles}
      </VisuallyHidden>
      <ul className={classes.grid}>
        {board.tiles.map((tile, index) => (
          <Tiles key={keys[index]} tile={tile} things={thingsOf(tile, things, place)} />
        ))}
      </ul>
    </section>
  );
}

interface TilesProps {
  readonly tile: Tile;
  readonly things: readonly ThingSummary[];
}

function Tiles({ tile, things }: TilesProps) {
  if (tile.text !== undefined || things.length === 0) {
    return (
      <li className={classes.tile} data-width={widthOf(tile)} data-kind={kindOf(tile)}>
        <BareTile tile={tile} />
      </li>
    );
  }
  return things.map((thing) => (
    <li key={thing.name} className={classes.tile} data-width={widthOf(tile)}>
      <ThingTile tile={tile} thing={thing} />
    </li>
  ));
}

function kindOf({ text }: Tile): string {
  return text === undefined ? 'missing' : 'text';
}

/** A tile without a Thing: a text, or one that no Thing fits. */
export function BareTile({ tile }: { readonly tile: Tile }) {
  const t = useMessages(messages);
  const words = useTdText();
  if (tile.text !== undefined) {
    return (
      <Guarded what={tile.text}>
        <TextTile tile={tile} />
      </Guarded>
    );
  }
  return (
    <>
      <Text component="h3" size="md" fw={600} lineClamp={2} data-td-text dir="auto">
        {words(tile, affordanceOf(tile)?.name ?? '').title}
      </Text>
      <Text size="sm">{t.noThing}</Text>
    </>
  );
}
