import { type RefObject, useLayoutEffect, useState } from 'react';

/** Pixels that a card needs, and that stand between two. */
const card = 290;
const gap = 12;

/** How many cards stand side by side in the element; one of a table. */
export function useColumns(element: RefObject<HTMLElement | null>, table: boolean): number {
  const [width, setWidth] = useState(window.innerWidth - 240);
  useLayoutEffect(() => {
    const observed = element.current;
    if (!observed) return;
    setWidth(observed.clientWidth);
    const observer = new ResizeObserver(() => setWidth(observed.clientWidth));
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element]);
  return table ? 1 : Math.max(1, Math.floor((width + gap) / (card + gap)));
}
