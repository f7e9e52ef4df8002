import type { KeyboardEvent, RefObject } from 'react';
import { useShortcut } from '../shell/use-shortcut.ts';

export interface ListKeys {
  readonly list: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly columns: number;
  /** Brings the Thing at a place on the screen. */
  reveal(index: number): void;
}

/** Moves the focus among the Things: j and k anywhere, arrows, Home and End within the list. Returns what listens there. */
export function useListKeys(keys: ListKeys): (event: KeyboardEvent) => void {
  const { list, count, columns } = keys;
  const here = () => placeOf(document.activeElement, list.current);
  const step = (by: number) => {
    const at = here();
    focusOn(keys, at === undefined ? firstOnScreen(list.current) : at + by);
  };
  useShortcut('j', () => step(1));
  useShortcut('k', () => step(-1));
  return (event) => {
    const at = here();
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: columns,
      ArrowUp: -columns,
      ArrowRight: 1,
      ArrowLeft: -1,
      Home: -at,
      End: count - 1 - at,
    };
    const by = steps[event.key];
    if (by === undefined) return;
    event.preventDefault();
    focusOn(keys, at + by);
  };
}

/** The place of the Thing whose link has the focus. */
function placeOf(element: Element | null, list: HTMLElement | null): number | undefined {
  if (!(element instanceof HTMLElement) || !list?.contains(element)) return undefined;
  const place = Number(element.dataset['index']);
  return Number.isInteger(place) ? place : undefined;
}

/** The place of the first Thing below the header of the page. */
function firstOnScreen(list: HTMLElement | null): number {
  const links = [...(list?.querySelectorAll<HTMLElement>('[data-index]') ?? [])];
  const first = links.find((link) => link.getBoundingClientRect().top > 56);
  return Number(first?.dataset['index'] ?? 0);
}

function focusOn(keys: ListKeys, wanted: number): void {
  const index = Math.min(Math.max(wanted, 0), keys.count - 1);
  keys.reveal(index);
  focusWhenDrawn(keys.list, index, 20);
}

/** What was far away is drawn some frames later. */
function focusWhenDrawn(list: ListKeys['list'], index: number, frames: number): void {
  const link = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  if (link) link.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusWhenDrawn(list, index, frames - 1));
}
