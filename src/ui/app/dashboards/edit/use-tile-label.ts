import type { Tile } from '../../../dashboard.ts';
import { useTdText } from '../../language/td-text.ts';
import { affordanceOf } from '../board-things.ts';

/** What a tile is called where it is spoken of. */
export function useTileLabel(): (tile: Tile) => string {
  const words = useTdText();
  return (tile) => {
    const { title } = words({ title: tile.text, titles: tile.texts }, affordanceOf(tile)?.name ?? '');
    return words(tile, title).title.slice(0, 80);
  };
}
