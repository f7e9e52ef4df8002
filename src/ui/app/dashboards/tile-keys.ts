import type { Tile } from '../../dashboard.ts';

/** A key for each tile that it keeps when it moves or looks different: what it shows, counted where there are twins. */
export function tileKeys(tiles: readonly Tile[]): readonly string[] {
  const counts = new Map<string, number>();
  return tiles.map(({ thing, property, action, event, text }) => {
    const what = JSON.stringify([thing, property, action, event, text]);
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    return `${what} ${count}`;
  });
}
