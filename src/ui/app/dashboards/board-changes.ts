import type { Dashboard, ThingSelector, Tile } from '../../dashboard.ts';
import type { Found } from '../things/search/thing-documents.ts';

/** The board with another tile at an index, or without one there. */
export function withTile(board: Dashboard, index: number, tile?: Tile): Dashboard {
  return { ...board, tiles: board.tiles.toSpliced(index, 1, ...(tile ? [tile] : [])) };
}

/** The board with one tile more at its end. */
export function withNewTile(board: Dashboard, tile: Tile): Dashboard {
  return { ...board, tiles: [...board.tiles, tile] };
}

/** The board with a tile at another index, as near to it as there is one. */
export function withMovedTile(board: Dashboard, from: number, to: number): Dashboard {
  const tile = board.tiles[from];
  if (!tile) return board;
  const others = board.tiles.toSpliced(from, 1);
  return { ...board, tiles: others.toSpliced(Math.min(Math.max(to, 0), others.length), 0, tile) };
}

/** A tile of an affordance: of all Things of its model where the board is for one place at a time, else of this one. */
export function newTile(board: Dashboard, { kind, thing, affordance }: Found): Tile | undefined {
  if (kind === 'thing' || !affordance) return undefined;
  const [model] = thing.models;
  const selector: ThingSelector =
    board.per === 'location' && model !== undefined ? { model } : { name: thing.name };
  return { thing: selector, [kind]: affordance.name };
}

/** Columns of four that a tile takes where it does not say. */
export function widthOf({ width, text, event, as }: Tile): number {
  if (width !== undefined) return width;
  if (text !== undefined) return 4;
  return event !== undefined || as === 'chart' ? 2 : 1;
}

type Worded = 'title' | 'description' | 'text';

/** The same with other words in a language: in its place among those by language where it has one, else for all languages. */
export function reworded<
  T extends { readonly [W in Worded | `${Worded}s`]?: string | Readonly<Record<string, string>> },
>(carrier: T, word: Worded & keyof T, { language, words }: { language: string; words: string }): T {
  const all = carrier[`${word}s`];
  if (typeof all === 'object' && Object.hasOwn(all, language))
    return { ...carrier, [`${word}s`]: { ...all, [language]: words } };
  return { ...carrier, [word]: words };
}

/** The last segment of the address of a new board: its title in small letters and hyphens, with a number where it is taken. */
export function slugOf(title: string, taken: readonly string[]): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['board'];
  const slug = [...words.join('-')].slice(0, 70).join('').replace(/-$/, '');
  const numbered = Array.from({ length: taken.length }, (_, index) => `${slug}-${index + 2}`);
  return [slug, ...numbered].find((candidate) => !taken.includes(candidate)) ?? slug;
}
