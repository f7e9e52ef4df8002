import { useSyncExternalStore } from 'react';
import { ageText } from './age-text.ts';

/** How long ago, kept up to date; undefined for no time. */
export function useAge(at: number | undefined, language: string): string | undefined {
  const text = () => (at === undefined ? undefined : ageText(at, Date.now(), language));
  return useSyncExternalStore(onTick, text, text);
}

const told = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all ages. */
function onTick(tell: () => void): () => void {
  told.add(tell);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    for (const each of told) each();
  }, 1000);
  return () => {
    told.delete(tell);
    if (told.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
