import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { ListRow } from './arrangement.ts';

/** Heights of rows in rem, as things.module.css has them. */
export interface RowHeights {
  readonly heading: number;
  readonly things: number;
}

/** The rows on the screen and the pixels of those before and after; `reveal` scrolls to a row. */
export interface ListWindow {
  readonly rows: readonly ListRow[];
  readonly before: number;
  readonly after: number;
  reveal(row: number): void;
}

/** Draws of a long list what the window shows, so that ten thousand Things are as quick as ten. */
export function useListWindow(
  list: RefObject<HTMLElement | null>,
  rows: readonly ListRow[],
  heights: RowHeights,
): ListWindow {
  const scrollMargin = useTop(list);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => heights[rows[index]?.kind ?? 'things'] * rem,
    overscan: 4,
    scrollMargin,
    // The header of the page lies over the list.
    scrollPaddingStart: 4.5 * rem,
    scrollPaddingEnd: 5 * rem,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it keeps the heights of the rows of before
  useLayoutEffect(() => virtual.measure(), [rows, heights, virtual]);
  const items = virtual.getVirtualItems();
  return {
    rows: items.flatMap(({ index }) => rows[index] ?? []),
    before: Math.max(0, (items[0]?.start ?? scrollMargin) - scrollMargin),
    after: Math.max(0, virtual.getTotalSize() + scrollMargin - (items.at(-1)?.end ?? scrollMargin)),
    reveal: (row) => virtual.scrollToIndex(row, { align: 'auto' }),
  };
}

/** How far below the top of the document the element begins. */
function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (element.current) setTop(element.current.getBoundingClientRect().top + window.scrollY);
  });
  return top;
}
